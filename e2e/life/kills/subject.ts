/** What is killed: the real bootstrap on the client's own Node, setting a client up out of a small release of a real site. */
import { execFile, spawn } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { keyFingerprint } from '@holdfast/contract';
import { newKeys, type StandIn, standIn } from '../../../packages/client/test/support/stand-in.ts';
import { bundleProgram } from '../../../scripts/bundle.ts';
import { clientNode } from '../../support/client.ts';
import { startTestSite, type TestSite } from '../../support/site.ts';
import { changingNames } from './trace.ts';

/** Bytes of what stands for the runtime. */
const runtimeBytes = 200_000;
/** Milliseconds in which a set-up that was killed must have come to its end. */
const recoveryLimit = 60_000;

export type Flow = 'install' | 'repair';

export type Subject = {
  /** Makes a place to work on, anew. @param name one plain name */
  prepare(flow: Flow, name: string): string;
  /** Runs the bootstrap under strace; answers what strace wrote. @param kill call at which it is killed */
  trace(place: string, kill?: { readonly name: string; readonly nth: number }): Promise<string>;
  /** Runs it again as it is; resolves with milliseconds when it ended well. @throws what it said otherwise */
  recover(place: string): Promise<number>;
  /** What is wrong with the client in a place; empty where all is well. */
  faults(place: string): readonly string[];
  /** Clients that the site knows. */
  clients(): Promise<number>;
  close(): Promise<void>;
};

export async function openSubject(folder: string): Promise<Subject> {
  const client = standIn({ version: '1.0.0', runtimeBytes, keys: newKeys() });
  const running = await startTestSite({ dataFolder: join(folder, 'site'), pollSeconds: 3600 });
  await addRelease(running, client);
  await bundleProgram({
    entries: { setup: 'packages/cli/src/holdfast-setup.ts' },
    output: join(folder, 'program'),
    target: 'node22',
    external: ['koffi'],
    define: { HOLDFAST_RELEASE_KEY: JSON.stringify(client.releaseKey) },
    sourceMaps: false,
    alone: true,
  });
  const words = (place: string) => [
    join(folder, 'program/setup.mjs'),
    '/noservice',
    `/mp:${running.site.managementPointUrl}`,
    `--folder=${place}/state`,
    `--root=${place}/root`,
    '--kind=tar.gz',
    `TOKEN=${running.token}`,
    `INSTALLDIR=${place}/install`,
  ];
  // One thread does the work of the disk, so that calls come in one order.
  const environment = { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_NO_WARNINGS: '1' };
  const setUp = async (place: string) => {
    await promisify(execFile)(clientNode, words(place), { env: environment, timeout: recoveryLimit });
  };
  const fresh = (name: string) => {
    const place = join(folder, 'places', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(join(place, 'root'), { recursive: true });
    return place;
  };
  const whole = fresh('whole');
  await setUp(whole);

  return {
    prepare: (flow, name) => {
      const place = fresh(name);
      if (flow === 'repair') {
        cpSync(whole, place, { recursive: true });
        damage(join(place, 'install'));
      }
      return place;
    },
    trace: async (place, kill) => {
      const output = `${place}.trace`;
      await traced([clientNode, ...words(place)], environment, output, kill);
      const text = readFileSync(output, 'utf8');
      rmSync(output);
      return text;
    },
    recover: async (place) => {
      const began = performance.now();
      await setUp(place);
      return performance.now() - began;
    },
    faults: (place) => faultsOf(place, client),
    clients: async () => (await running.api.get<{ total: number }>('/clients?limit=1')).total,
    close: () => running.site.close(),
  };
}

/** Has the program wait for a byte before its main is loaded: what Node opens by itself is not counted. */
const gate = '--import=data:text/javascript,import{readSync}from"node:fs";readSync(0,Buffer.alloc(1))';

/** Runs a Node program under strace from the moment on in which its own code is loaded. */
async function traced(
  [node = '', ...words]: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: string,
  kill: { readonly name: string; readonly nth: number } | undefined,
): Promise<void> {
  const program = spawn(node, [gate, ...words], { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => program.once('exit', resolve));
  const inject = kill ? ['-e', `inject=${kill.name}:signal=SIGKILL:when=${kill.nth}`] : [];
  const options = ['-f', '-y', '-s', '0', '-o', output, '-e', `trace=${changingNames.join(',')}`, ...inject];
  const tracer = spawn('strace', [...options, '-p', String(program.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const written = new Promise((resolve) => tracer.once('exit', resolve));
  await new Promise<void>((resolve) => {
    tracer.stderr.on('data', (text) => {
      if (String(text).includes('attached')) resolve();
    });
    tracer.once('exit', () => resolve());
  });
  program.stdin.end('\n');
  await ended;
  await written;
}

async function addRelease({ api }: TestSite, client: StandIn): Promise<void> {
  for (const { bytes } of client.packages.values()) await api.upload(bytes);
  const releaseKey = client.releaseKey;
  const trust = keyFingerprint(createPublicKey(releaseKey));
  await api.post('/client-releases', { release: client.release, releaseKey, trust });
}

/** One file lost, one cut short, one changed in its midst, one manifest damaged, one folder gone. */
function damage(install: string): void {
  rmSync(join(install, 'seed/core/holdfast-client.mjs'));
  writeFileSync(join(install, 'runtime/node'), readFileSync(join(install, 'runtime/node')).subarray(0, 1000));
  const chunk = readFileSync(join(install, 'seed/chunks/shared-1.mjs'));
  chunk[chunk.length >> 1] = 0;
  writeFileSync(join(install, 'seed/chunks/shared-1.mjs'), chunk);
  writeFileSync(join(install, 'seed/manifests/software.json'), '{');
  rmSync(join(install, 'seed/inventory'), { recursive: true });
}

function faultsOf(place: string, client: StandIn): string[] {
  const faults: string[] = [];
  const install = join(place, 'install');
  const found = new Set(filesBelow(install));
  for (const [path, bytes] of client.tree) {
    if (!found.delete(path)) faults.push(`${path} is missing`);
    else if (!readFileSync(join(install, path)).equals(bytes)) faults.push(`${path} has another content`);
  }
  faults.push(...[...found].map((path) => `${path} was left in the install folder`));
  const beside = new Set(['install', 'state', 'root']);
  faults.push(
    ...readdirSync(place)
      .filter((name) => !beside.has(name))
      .map((name) => `${name} was left`),
  );
  const kept = client.packages.get('tar.gz');
  const keptPath = join(place, 'state/package', kept?.about.name ?? '');
  if (!existsSync(keptPath)) faults.push('no package is kept');
  else if (createHash('sha256').update(readFileSync(keptPath)).digest('hex') !== kept?.about.sha256) {
    faults.push('the kept package is damaged');
  }
  if (existsSync(join(place, 'state/setup/download'))) faults.push('the download was left');
  const identity = join(place, 'state/keys/identity.json');
  if (!existsSync(identity)) faults.push('it is not enrolled');
  if (existsSync(join(place, 'state'))) {
    faults.push(
      ...filesBelow(join(place, 'state'))
        .filter((path) => /\.(new|part|restoring|aside)$/.test(path))
        .map((path) => `state/${path} was left`),
    );
  }
  return faults;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
