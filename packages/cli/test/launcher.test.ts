/** The launcher: which version it becomes, what it refuses, and what the service manager is told. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { seal, sha256 } from '@holdfast/contract';
import { launch } from '../src/launcher/launch.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const releaseKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  globalThis.holdfastLauncher = undefined;
  process.exitCode = undefined;
});

/** A main that says who it is, and what it was handed. */
const mainOf = (name: string) => `globalThis.started = [...(globalThis.started ?? []), '${name}'];\n`;

const started = (): unknown => {
  const names = Reflect.get(globalThis, 'started');
  Reflect.deleteProperty(globalThis, 'started');
  return names;
};

function put(folder: string, main: string, version?: string, key = privateKey): void {
  mkdirSync(join(folder, 'core'), { recursive: true });
  writeFileSync(join(folder, 'core/holdfast-client.mjs'), main);
  if (version === undefined) return;
  const file = { path: 'core/holdfast-client.mjs', size: Buffer.byteLength(main), sha256: sha256(main) };
  const manifest = {
    component: 'core',
    version,
    platform: 'linux',
    architecture: process.arch,
    files: [file],
  };
  mkdirSync(join(folder, 'manifests'));
  const envelope = seal('holdfast/client-component', JSON.stringify(manifest), key);
  writeFileSync(join(folder, 'manifests/core.json'), JSON.stringify(envelope));
}

/** An installed client whose state names version 1.2.3, to be started. */
function installed(options: { main?: string; key?: typeof privateKey; current?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'));
  folders.push(folder);
  put(join(folder, 'seed'), mainOf('seed'));
  const version = join(folder, 'versions/1.2.3');
  put(version, options.main ?? mainOf('1.2.3'), '1.2.3', options.key ?? privateKey);
  writeFileSync(join(folder, 'current'), options.current ?? '1.2.3\n');
  const told: string[] = [];
  const start = (words: readonly string[] = ['status'], key: string | undefined = releaseKey) =>
    launch({
      installFolder: folder,
      stateFolder: folder,
      releaseKey: key,
      words,
      answer: async () => undefined,
      error: (text) => told.push(text),
    });
  return { folder, version, told, start };
}

/** What a service is answered with, and whether it was asked to stop. */
const answered = (stopped: AbortSignal) => async () => ({
  stopped,
  supervisor: {
    patienceMs: null,
    ready: () => {},
    alive: () => {},
    status: () => {},
    stopping: () => {},
    close: () => {},
  },
  watch: () => () => {},
  end: async () => {},
});

test('the version that is named and signed is the one that is started', async () => {
  const { start, told } = installed();
  await start();
  assert.deepEqual(started(), ['1.2.3']);
  assert.deepEqual(told, []);
  assert.equal(globalThis.holdfastLauncher?.fellBack, null);
});

test('without a name the seed is started, and nothing is said about it', async () => {
  const { folder, start, told } = installed();
  rmSync(join(folder, 'current'));
  await start();
  assert.deepEqual(started(), ['seed']);
  assert.deepEqual(told, []);
});

test('nothing of a version runs that is not what the release key has signed', async () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const cases = [
    [installed({ key: other }), /signature/],
    [installed({ current: '../../evil' }), /damaged/],
    [installed({ current: '9.9.9' }), /9\.9\.9 cannot be started/],
    [installed({ current: 'x'.repeat(100) }), /damaged/],
  ] as const;
  const changed = installed();
  writeFileSync(join(changed.version, 'core/holdfast-client.mjs'), mainOf('9.2.3'));
  for (const [{ start, told }, why] of [...cases, [changed, /is damaged/] as const]) {
    await start();
    assert.deepEqual(started(), ['seed']);
    assert.match(told.join(''), why);
    assert.match(globalThis.holdfastLauncher?.fellBack ?? '', why);
  }
  const keyless = installed();
  await keyless.start(['status'], '');
  assert.deepEqual(started(), ['seed']);
});

test('a version that cannot be loaded gives way to the seed, which says so', async () => {
  const { start, told } = installed({ main: "throw new Error('no');\n" });
  await start();
  assert.deepEqual(started(), ['seed']);
  assert.match(told.join(''), /1\.2\.3 could not be loaded: no/);
});

test('a service is answered before the version is loaded, and its end is told with its exit code', async () => {
  const { folder } = installed({ main: "globalThis.started = ['loaded']; process.exitCode = 3;\n" });
  const order: unknown[] = [];
  await launch({
    installFolder: folder,
    stateFolder: folder,
    releaseKey,
    words: ['service'],
    error: () => {},
    answer: async () => {
      order.push('answered', Reflect.get(globalThis, 'started'));
      const service = await answered(new AbortController().signal)();
      return { ...service, end: async (exitCode: number) => void order.push(exitCode) };
    },
  });
  assert.deepEqual([...order, started()], ['answered', undefined, 3, ['loaded']]);
  assert.notEqual(globalThis.holdfastLauncher?.service, null);
});

test('a start of a version on trial that ends by itself, however well, counts; one that was asked to end does not', async () => {
  for (const [stopped, starts] of [
    [new AbortController().signal, 1],
    [AbortSignal.abort(), 0],
  ] as const) {
    const { folder } = installed();
    const path = join(folder, 'versions/trial.json');
    const upgradeId = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
    const trial = {
      upgradeId,
      clientId: upgradeId,
      policyKey: releaseKey,
      version: '1.2.3',
      previous: 'seed',
      previousVersion: '1.0.0',
      floor: '0.0.0',
      begunAt: 0,
      bootId: 'boot',
      leastMs: 0,
      needsRestart: false,
      starts: 0,
      spentMs: 0,
      ends: [],
    };
    writeFileSync(path, JSON.stringify(trial));
    await launch({
      installFolder: folder,
      stateFolder: folder,
      releaseKey,
      words: ['service'],
      answer: answered(stopped),
      error: () => {},
    });
    assert.deepEqual(started(), ['1.2.3']);
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).starts, starts);
    for (const name of ['SIGTERM', 'SIGINT']) process.removeAllListeners(name);
  }
});
