/** The first generation: a secret in `agent.ini`, what it has run in `history.log`, its content by deployment. */
import { SiteCode } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import { Compile } from 'typebox/compile';
import type { Inheritance, OlderHistory, OlderIdentity } from '../../inheritance.ts';
import { addressIn, isUuid, mostHistory, textOf } from './reading.ts';

const settingsLimit = 64 * 1024;
/** Ten thousand lines of some hundred bytes; a longer file is not its own. */
const historyLimit = 4 * 1024 * 1024;

const isSiteCode = Compile(SiteCode);
const secretForm = /^[A-Za-z0-9_-]{43}$/;

export async function readFirstGeneration(state: Folder): Promise<Inheritance> {
  const settings = settingsOf((await textOf(state, 'agent.ini', settingsLimit)) ?? '');
  return {
    site: addressIn(settings.get('site.address')),
    identity: identityOf(settings),
    history: historyOf((await textOf(state, 'history.log', historyLimit)) ?? ''),
    cache: { folder: 'cache', byHash: false },
  };
}

/** By `section.name`, in small letters, as Windows reads such files; what is said first counts. */
function settingsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const [, named] = /^\s*\[([^\]]{1,60})\]\s*$/.exec(line) ?? [];
    if (named !== undefined) section = named.toLowerCase();
    const [, name, value] = /^\s*([A-Za-z]{1,60})\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const key = `${section}.${name?.toLowerCase()}`;
    if (value !== undefined && !found.has(key)) found.set(key, value);
  }
  return found;
}

function identityOf(settings: ReadonlyMap<string, string>): OlderIdentity | null {
  const clientId = settings.get('client.id');
  const secret = settings.get('client.secret') ?? '';
  const siteCode = settings.get('site.code') ?? '';
  if (!isUuid(clientId) || !secretForm.test(secret) || !isSiteCode.Check(siteCode)) return null;
  return { kind: 'secret', clientId, secret, siteCode };
}

/** Lines of moment, deployment, exit code and name, parted by tabs: the last word on a deployment counts. */
function historyOf(text: string): OlderHistory {
  const found = new Map<string, OlderHistory[string] | undefined>();
  for (const line of text.split(/\r?\n/)) {
    const [, deploymentId, exitCode] = line.split('\t');
    if (!isUuid(deploymentId) || exitCode === undefined || !/^-?\d{1,10}$/.test(exitCode)) continue;
    if (found.size >= mostHistory && !found.has(deploymentId)) continue;
    found.set(deploymentId, exitCode === '0' ? { version: null } : undefined);
  }
  return Object.fromEntries([...found].flatMap(([id, had]) => (had ? [[id, had]] : [])));
}
