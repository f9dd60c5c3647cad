/** Plans are carried out on a root in a folder of a real disk: all of it, or nothing. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import type { Processes } from '@holdfast/ports';
import { initRoot } from '../src/host/init.ts';
import type { WindowsHost } from '../src/host/model.ts';
import { type HostOptions, openHost } from '../src/host/open.ts';
import { performRestart } from '../src/host/restart.ts';
import type { CustomAction } from '../src/plan/model.ts';
import { asOnlyInstaller } from '../src/run/lock.ts';
import { silentLog } from '../src/run/log-silent.ts';
import { run } from '../src/run/run.ts';
import { memoryFile, noSources, planOf, value } from './support/hand-made.ts';

const clock = {
  now: () => Date.UTC(2026, 0, 1),
  monotonic: () => 0,
  sleep: () => new Promise<void>(() => {}),
};

async function realRoot(more: Partial<HostOptions> = {}) {
  const above = await mkdtemp(join(tmpdir(), 'holdfast-run-'));
  const path = join(above, 'root');
  const disk = localDisk();
  await initRoot({ disk, clock }, path, { architecture: 'x64', windows: '10.0' });
  let drawn = 0;
  const entropy = {
    bytes: (length: number) => new Uint8Array(length).fill(++drawn),
    integer: () => 0,
    uuid: () => `00000000-0000-4000-8000-${String(++drawn).padStart(12, '0')}`,
  };
  const installer = { identity: { pid: 1, started: '1', bootId: '1' }, alive: async () => true };
  const drive = join(path, 'drive_c');
  return {
    path,
    open: (): Promise<WindowsHost> => openHost(disk, path, { clock, entropy, installer, ...more }),
    [Symbol.asyncDispose]: () => rm(above, { recursive: true }),
    text: (inside: string) => readFile(join(drive, inside), 'utf8'),
    write: async (inside: string, text: string) => {
      await mkdir(dirname(join(drive, inside)), { recursive: true });
      await writeFile(join(drive, inside), text);
    },
    names: async (inside = '') => (await readdir(join(drive, inside))).sort(),
  };
}

/** Programs that note that they ran, and end with the code that is their only word. */
function programs() {
  const ran: string[] = [];
  const processes: Pick<Processes, 'start'> = {
    async start({ program, arguments: words }) {
      ran.push(program);
      return {
        identity: { pid: 2, started: '2', bootId: '1' },
        exit: Promise.resolve({ code: Number(words), output: '' }),
        kill: async () => undefined,
      };
    },
  };
  return { ran, processes };
}

function action(id: string, when: CustomAction['when'], exitCode = 0, vital = true) {
  const customAction = {
    id,
    when,
    vital,
    type: 3090,
    program: id,
    arguments: String(exitCode),
    folder: 'C:\\',
  };
  return { kind: 'run-program', customAction, action: id } as const;
}

test('a plan is carried out: folders, files, registry, and nothing is left behind', async () => {
  await using root = await realRoot();
  const host = await root.open();
  const plan = planOf([
    { kind: 'create-folder', path: 'C:\\Program Files\\Tool\\Empty' },
    memoryFile('C:\\Program Files\\Tool\\bin\\tool.txt', 'one'),
    memoryFile('C:\\Program Files\\Tool\\bin\\other.txt', 'two'),
    value('Maker\\Tool', 'Folder', 'C:\\Program Files\\Tool'),
  ]);
  const result = await asOnlyInstaller(host, () => run(host, plan, noSources));
  assert.deepEqual(result, { exitCode: 0, outcome: 'done', passedOver: [], restart: [] });
  assert.equal(await root.text('Program Files/Tool/bin/tool.txt'), 'one');
  assert.equal(await root.text('Program Files/Tool/bin/other.txt'), 'two');
  assert.deepEqual(await root.names('Program Files/Tool'), ['Empty', 'bin']);
  assert.ok(!(await root.names()).includes('Config.Msi'));
  const seen = (await root.open()).registry.value(
    { hive: 'HKLM', key: 'Software\\Maker\\Tool', view: '64' },
    'folder',
  );
  assert.deepEqual(seen, { kind: 'text', text: 'C:\\Program Files\\Tool' });
});

test('a failing custom action undoes all, and the rollback actions before it run, the last first', async () => {
  const { ran, processes } = programs();
  await using root = await realRoot({ processes });
  await root.write('Tool/stays.txt', 'before');
  const host = await root.open();
  const plan = planOf([
    action('undo-one', 'rollback'),
    action('one', 'deferred'),
    memoryFile('C:\\Tool\\stays.txt', 'after'),
    memoryFile('C:\\New\\new.txt', 'new'),
    action('undo-two', 'rollback'),
    action('never', 'commit'),
    action('two', 'deferred', 5),
    action('undo-three', 'rollback'),
  ]);
  const result = await asOnlyInstaller(host, () => run(host, plan, noSources));
  assert.equal(result.exitCode, 1603);
  assert.equal(result.outcome, 'undone');
  assert.equal(result.cause?.installerError, 1722);
  assert.deepEqual(ran, ['one', 'two', 'undo-two', 'undo-one']);
  assert.equal(await root.text('Tool/stays.txt'), 'before');
  assert.ok(!(await root.names()).includes('New'));
});

test('actions of commit run when all is done, and what may fail is passed over', async () => {
  const { ran, processes } = programs();
  await using root = await realRoot({ processes });
  const host = await root.open();
  const plan = planOf([
    action('commit', 'commit'),
    action('undo', 'rollback'),
    action('careless', 'deferred', 7, false),
    memoryFile('C:\\New\\new.txt', 'new'),
  ]);
  const result = await run(host, plan, noSources);
  assert.equal(result.exitCode, 0);
  assert.deepEqual(ran, ['careless', 'commit']);
  assert.match(result.passedOver[0]?.reason ?? '', /ended with 7/);
});

test('a vital custom action that cannot run here fails before anything is touched, unless it is to be passed over', async () => {
  await using root = await realRoot();
  const host = await root.open();
  const plan = planOf([memoryFile('C:\\New\\new.txt', 'new'), action('program', 'deferred')]);
  const refused = await run(host, plan, noSources);
  assert.deepEqual([refused.exitCode, refused.outcome], [1603, 'nothing-done']);
  const passed = await run(host, plan, noSources, { passOverVitalActions: true });
  assert.equal(passed.exitCode, 0);
  assert.deepEqual(passed.passedOver, [
    { action: 'program', reason: 'This machine runs no programs of Windows.', vital: true },
  ]);
});

test('protected files are asked for: error 1933 with the Win32 error and the files, and everything is undone', async () => {
  const protect = { list: ['C:\\Windows\\msvcp60.dll'], cache: 'C:\\Windows\\dllcache', ready: false };
  await using root = await realRoot({ protect });
  const host = await root.open();
  const plan = planOf([
    memoryFile('C:\\New\\new.txt', 'new'),
    { kind: 'ask-protection', paths: ['C:\\Windows\\msvcp60.dll'] },
  ]);
  const { exitCode, cause } = await run(host, plan, noSources);
  assert.equal(exitCode, 1603);
  assert.equal(cause?.installerError, 1933);
  assert.deepEqual(cause?.values, ['21', 'C:\\Windows\\msvcp60.dll']);
  assert.ok(!(await root.names()).includes('New'));
});

test('files in use take their places, or go, at the next start: exit code 3010', async () => {
  await using root = await realRoot();
  await root.write('Tool/used.txt', 'before');
  await root.write('Tool/going.txt', 'going');
  const real = await root.open();
  const busy = async (): Promise<never> => {
    throw new HoldfastError('disk.busy', 'Another program holds it.');
  };
  const host: WindowsHost = {
    ...real,
    files: {
      ...real.files,
      rename: (from, to) => (/used/.test(to) ? busy() : real.files.rename(from, to)),
      remove: (path) => (/going/.test(path) ? busy() : real.files.remove(path)),
    },
  };
  const plan = planOf([
    memoryFile('C:\\Tool\\used.txt', 'after'),
    memoryFile('C:\\Tool\\free.txt', 'free'),
    { kind: 'remove-file', path: 'C:\\Tool\\going.txt' },
  ]);
  const result = await run(host, plan, noSources);
  assert.equal(result.exitCode, 3010);
  assert.equal(result.restart.length, 2);
  assert.equal(await root.text('Tool/used.txt'), 'before');
  assert.deepEqual(await performRestart(await root.open()), []);
  assert.equal(await root.text('Tool/used.txt'), 'after');
  assert.deepEqual(await root.names('Tool'), ['free.txt', 'used.txt']);
});

test('what is cancelled is undone: exit code 1602', async () => {
  await using root = await realRoot();
  const host = await root.open();
  const stop = new AbortController();
  const plan = planOf([memoryFile('C:\\New\\new.txt', 'new'), { kind: 'create-folder', path: 'C:\\Other' }]);
  const progress = (phase: string) => phase === 'apply' && stop.abort();
  const result = await run(host, plan, noSources, { signal: stop.signal, progress });
  assert.deepEqual([result.exitCode, result.outcome], [1602, 'undone']);
  assert.ok(!(await root.names()).some((name) => /New|Other|Config/.test(name)));
});

test('one installer at a time: the other one is told so', async () => {
  await using root = await realRoot();
  const [one, other] = [await root.open(), await root.open()];
  await asOnlyInstaller(one, async () => {
    await assert.rejects(
      asOnlyInstaller(other, async () => undefined),
      (thrown) => isHoldfastError(thrown, 'installer.running'),
    );
  });
  await asOnlyInstaller(other, async () => undefined);
});

test('a source that is missing, and a drive that is full, change nothing', async () => {
  await using root = await realRoot();
  const host = await root.open();
  const missing = planOf([
    {
      kind: 'place-file',
      path: 'C:\\New\\new.txt',
      bytes: { from: 'package', product: '{OTHER}', file: 'F' },
      size: 1,
    },
  ]);
  assert.equal((await run(host, missing, noSources)).cause?.installerError, 1311);
  const full = { ...host, files: { ...host.files, freeBytes: async () => 1 } };
  const result = await run(full, planOf([memoryFile('C:\\New\\new.txt', 'new')]), noSources);
  assert.deepEqual([result.exitCode, result.cause?.installerError], [1603, 1601]);
  assert.ok(!(await root.names()).some((name) => /New|Config/.test(name)));
});

test('a log that cannot be written any more keeps nobody from the end of it', async () => {
  await using root = await realRoot();
  const host = await root.open();
  const full = async (): Promise<never> => {
    throw new HoldfastError('disk.full', 'No room for the log.');
  };
  const plan = planOf([memoryFile('C:\\New\\new.txt', 'new')]);
  const done = await run(host, plan, noSources, { log: { ...silentLog, properties: full } });
  assert.deepEqual([done.exitCode, done.outcome], [0, 'done']);
  assert.match(done.passedOver[0]?.reason ?? '', /log could not be written/);
  const failed = await run(host, planOf([memoryFile('C:\\Other\\new.txt', 'new')]), noSources, {
    log: { ...silentLog, operation: full, error: full },
  });
  assert.deepEqual([failed.exitCode, failed.outcome], [1603, 'undone']);
  assert.ok(!(await root.names()).some((name) => /Other|Config/.test(name)));
});
