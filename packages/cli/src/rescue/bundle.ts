/** What is collected for a problem report: sizes, versions, states and the ends of logs; never keys, tokens or journals. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { arch, hostname, platform, release, uptime } from 'node:os';
import { join } from 'node:path';
import { HoldfastError, holdfastVersion } from '@holdfast/contract';
import type { StarterName, StarterState } from '@holdfast/ports';
import { publishedStatus } from '../client/settings.ts';
import { rescueMachine } from './machine.ts';
import { type LastRun, lastRun } from './status.ts';

/** A file of the state folder, by name and size alone. */
export type FileFact = { readonly path: string; readonly size: number; readonly changed: string };

export type Bundle = {
  readonly collectedAt: string;
  readonly version: string;
  readonly runtime: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly starters: Readonly<Record<StarterName, StarterState>> | string;
  readonly rescue: LastRun | string;
  /** As the client showed it last. */
  readonly status: unknown;
  readonly files: readonly FileFact[];
  /** The ends of logs, by path below the state folder. */
  readonly logs: Readonly<Record<string, string>>;
};

/** Folders whose files are named: what lies in others (cache, content) is much, and says little. */
const namedFolders = ['', 'rescue', 'rescue/spool', 'setup', 'components', 'package', 'versions', 'logs'];
const logFolders = ['', 'setup', 'rescue', 'logs'];
/** Bytes of the end of a log, and logs. */
const logBytes = 64 * 1024;
const mostLogs = 50;

export async function collectBundle(folder: string): Promise<Bundle> {
  return {
    collectedAt: new Date().toISOString(),
    version: holdfastVersion,
    runtime: process.version,
    machine: {
      host: hostname(),
      platform: platform(),
      release: release(),
      architecture: arch(),
      uptimeSeconds: Math.round(uptime()),
    },
    starters: await orWhyNot(startersNow()),
    rescue: await orWhyNot(lastRun(folder)),
    status: (await publishedStatus(folder).catch(() => undefined)) ?? null,
    files: (await Promise.all(namedFolders.map((name) => filesIn(folder, name)))).flat(),
    logs: await logEnds(folder),
  };
}

/** A part that cannot be had says why: the rest is wanted all the same. */
async function orWhyNot<T>(part: Promise<T>): Promise<T | string> {
  try {
    return await part;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

async function startersNow(): Promise<Record<StarterName, StarterState>> {
  const { machine } = rescueMachine();
  try {
    const { starters } = machine;
    if (!starters) throw new HoldfastError('system.not-ready', 'There is no service manager here.');
    return { service: await starters.look('service'), second: await starters.look('second') };
  } finally {
    machine.close();
  }
}

async function filesIn(folder: string, below: string): Promise<FileFact[]> {
  const names = await readdir(join(folder, below)).catch(() => []);
  const facts = names.map(async (name) => {
    const seen = await stat(join(folder, below, name)).catch(() => undefined);
    if (!seen?.isFile()) return [];
    const path = below === '' ? name : `${below}/${name}`;
    return [{ path, size: seen.size, changed: seen.mtime.toISOString() }];
  });
  return (await Promise.all(facts)).flat();
}

async function logEnds(folder: string): Promise<Record<string, string>> {
  const logs: Record<string, string> = {};
  for (const below of logFolders) {
    for (const { path } of await filesIn(folder, below)) {
      if (!path.endsWith('.log') || Object.keys(logs).length >= mostLogs) continue;
      const text = await readFile(join(folder, path)).catch(() => undefined);
      if (text) logs[path] = withoutSecrets(text.subarray(-logBytes).toString('utf8'));
    }
  }
  return logs;
}

/** Logs of others (msiexec writes its properties down) may hold what ours never do. */
export function withoutSecrets(text: string): string {
  return text
    .replace(
      /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
      '(key left out)',
    )
    .replace(/\bHF1[.A-Za-z0-9_-]{8,}/g, '(token left out)')
    .replace(/\b(TOKEN|PASSWORD|SECRET)(\s*=\s*)\S+/gi, '$1$2(left out)');
}

/** @throws HoldfastError `disk.exists`, `disk.denied`: nothing is overwritten */
export async function storeBundle(path: string, bundle: Bundle): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new HoldfastError(exists ? 'disk.exists' : 'disk.denied', `${path} cannot be written.`, { cause });
  });
  try {
    await file.writeFile(`${JSON.stringify(bundle, null, 2)}\n`);
  } finally {
    await file.close();
  }
}
