/** A client of an older generation on a simulated machine: its files in the form of its time, its service, its package. */
import { createPublicKey } from 'node:crypto';
import { linuxPredecessors, type Predecessor } from '@holdfast/client';
import { type ClientFacts, keyFingerprint, mpPaths, type TrustResponse } from '@holdfast/contract';
import type { Volume } from '../../disk/volume.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import { identity } from '../../machine/identities.ts';
import { layFile } from '../../machine/lay.ts';
import type { SimulatedMachine } from '../../machine/machine.ts';
import { simulatedCertificate } from '../../site/network.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import type { Tool } from '../tool.ts';

export type OlderClient = { readonly predecessor: Predecessor; readonly clientId: string };

/** What of it is not on the disk. */
export type OlderParts = {
  readonly installed: boolean;
  readonly service: boolean;
  readonly automatic: boolean;
  readonly running: boolean;
};

export const olderAtWork: OlderParts = { installed: true, service: true, automatic: true, running: true };

export type OlderGeneration = 1 | 2;

type Given = {
  readonly disk: Volume;
  readonly site: SimulatedSite;
  readonly random: Random;
  readonly address: string;
  /** What it has installed. */
  readonly tool: Tool;
};

/** Lays down all that it keeps, and has the site know it. */
export function layOlder(generation: OlderGeneration, given: Given): OlderClient {
  const predecessor = linuxPredecessors.find((one) => one.generation === generation);
  if (predecessor === undefined) throw new Error(`there is no generation ${generation}`);
  const { disk, random } = given;
  const clientId = uuidFrom(random);
  layFile(disk, `${predecessor.install}/service`, random.bytes(400));
  const lay = (path: string, content: string | Uint8Array) =>
    layFile(disk, `${predecessor.state}/${path}`, Buffer.from(content));
  if (generation === 1) layFirst(given, clientId, lay);
  else laySecond(given, clientId, lay);
  return { predecessor, clientId };
}

type Lay = (path: string, content: string | Uint8Array) => void;

function layFirst({ address, random, site, tool }: Given, clientId: string, lay: Lay): void {
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  site.former.set(clientId, secret);
  const { deploymentId } = tool.assignment;
  lay(
    'agent.ini',
    `[Site]\r\nAddress=${address}\r\nCode=LAB\r\n[Client]\r\nId=${clientId}\r\nSecret=${secret}\r\n`,
  );
  lay('history.log', `2026-01-01T00:00:00Z\t${deploymentId}\t0\tTool 1.0, Install\r\n`);
  for (const [path, bytes] of tool.files) lay(`cache/${deploymentId}/${path}`, bytes);
}

function laySecond({ address, random, site, tool }: Given, clientId: string, lay: Lay): void {
  const { privateKey } = identity(random, 'holdfast-endpoint');
  const publicKey = keyFingerprint(createPublicKey(privateKey));
  const { deploymentId } = tool.assignment;
  const facts: ClientFacts = {
    hostName: 'simulated-1',
    platform: 'linux',
    osName: 'Linux',
    osVersion: '1',
    architecture: 'x64',
    clientVersion: '2.0.0',
    bootId: 'boot',
    osEpoch: 'epoch',
  };
  const known = {
    id: clientId,
    publicKey,
    facts,
    streams: new Map(),
    health: [],
    serial: 0,
    policy: undefined,
  };
  site.clients.set(clientId, known);
  const certificate = simulatedCertificate(site.server.authority, clientId, publicKey);
  const about = { site: address, siteCode: 'LAB', clientId, policyKey: policyKeyOf(site), certificate };
  lay('identity.json', JSON.stringify(about));
  lay('client.key', privateKey);
  const version = versionOf(site, clientId, deploymentId);
  lay('history.json', JSON.stringify({ [deploymentId]: { version, result: 'installed' } }));
  for (const { path, sha256 } of tool.assignment.content) lay(`cache/${sha256}`, tool.files.get(path) ?? '');
}

const asked = { method: 'GET', headers: {}, body: '' } as const;

function policyKeyOf({ server }: SimulatedSite): string {
  const { body } = server.answer({ ...asked, path: mpPaths.trust });
  return (JSON.parse(Buffer.concat([...body]).toString('utf8')) as TrustResponse).policyKey;
}

/** Hash of the assignment, as the policy of the client says it. */
function versionOf({ server }: SimulatedSite, clientName: string, deploymentId: string): string {
  const { body } = server.answer({ ...asked, path: mpPaths.policy, clientName });
  const { payload } = JSON.parse(Buffer.concat([...body]).toString('utf8')) as { payload: string };
  const { assignments } = JSON.parse(payload) as { assignments: { deploymentId: string; hash: string }[] };
  return assignments.find((one) => one.deploymentId === deploymentId)?.hash ?? '';
}

/** Has the system know it as it was, and dpkg take it away. */
export async function putOlder(
  machine: SimulatedMachine,
  { predecessor: { service, package: from } }: OlderClient,
  parts: OlderParts,
): Promise<void> {
  const { services } = machine.parts;
  const name = from.kind === 'deb' ? from.name : '';
  if (parts.installed) machine.software.dpkg?.set(name, { installed: true });
  if (parts.service) services.put(service, { automatic: parts.automatic });
  if (parts.running) await services.start(service);
  machine.programs.programs.set('dpkg', async ({ words, clock }) => {
    if (words[0] !== '--purge' || words[1] !== name) return 2;
    await clock.sleep(500);
    services.remove(service);
    await clock.sleep(500);
    machine.software.dpkg?.delete(name);
    return 0;
  });
}

/** As the system knows it now. */
export function partsOf(
  machine: SimulatedMachine,
  { predecessor: { service, package: from } }: OlderClient,
): OlderParts {
  const known = machine.parts.services.look(service);
  return {
    installed: machine.software.dpkg?.get(from.kind === 'deb' ? from.name : '')?.installed === true,
    service: known !== undefined,
    automatic: known?.automatic ?? false,
    running: known?.running ?? false,
  };
}
