/** Programs on Linux. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { outputLimit } from '@holdfast/ports';
import { type ProcessesFixture, processesContract, rejectsWith } from '@holdfast/ports/suites';
import { linuxProcesses } from '../src/linux/processes.ts';
import { tailText } from '../src/shared/output-spool.ts';
import { nodeCommands, nodeFamily, nodeOrphan } from './known-commands.ts';
import { temporaryFolder } from './temporary.ts';

processesContract(async (): Promise<ProcessesFixture> => {
  const folder = await temporaryFolder();
  const ends: (() => Promise<void>)[] = [folder.cleanup];
  const processes = linuxProcesses();
  return {
    processes,
    commands: nodeCommands(process.execPath, folder.path),
    family: async () => {
      const family = await nodeFamily(process.execPath, folder.path);
      ends.unshift(family.close);
      return family;
    },
    orphan: async () => {
      const orphan = await nodeOrphan(processes, process.execPath, folder.path);
      ends.unshift(orphan.close);
      return orphan;
    },
    cleanup: async () => {
      for (const end of ends) await end();
    },
  };
});

test('an installer lives on, and can still print, when the client that started it is killed', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const adapter = new URL('../src/linux/processes.ts', import.meta.url).href;
  const mark = randomUUID();
  // The installer waits until its parent is gone, prints a lot, and leaves a file: with a pipe it would die instead.
  const installer = [
    'while kill -0 "$1" 2>/dev/null; do sleep 0.01; done',
    'i=0; while [ $i -lt 5000 ]; do echo "unpacking number $i ................"; i=$((i+1)); done',
    'echo finished > done.new && mv done.new done',
  ].join('\n');
  const client = `
    import { linuxProcesses } from ${JSON.stringify(adapter)};
    const words = ['-c', ${JSON.stringify(installer)}, 'installer', String(process.pid)];
    const folder = ${JSON.stringify(folder.path)};
    const command = { program: '/bin/sh', arguments: words, folder, mark: ${JSON.stringify(mark)} };
    const running = await linuxProcesses().start(command);
    process.stdout.write(JSON.stringify(running.identity));
    setInterval(() => {}, 1000000);`;
  const appearing = watch(folder.path, { signal: AbortSignal.timeout(20_000) });
  const started = spawn(process.execPath, ['--input-type=module', '-e', client], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [written]: Buffer[] = await once(started.stdout, 'data');
  const identity = JSON.parse(String(written));
  const ended = once(started, 'exit');
  assert.equal(await linuxProcesses().alive(identity), true);
  assert.deepEqual(await linuxProcesses().find(mark), identity);
  started.kill('SIGKILL');
  await ended;
  for await (const event of appearing) if (event.filename === 'done') break;
  assert.equal(await readFile(join(folder.path, 'done'), 'utf8'), 'finished\n');
});

test('the file that takes output has no name and is closed at the end', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const processes = linuxProcesses({ spoolFolder: folder.path });
  const commands = nodeCommands(process.execPath, folder.path);
  const descriptors = async () => (await readdir('/proc/self/fd')).length;
  const before = await descriptors();
  const running = await processes.start(commands.print('seen', 1));
  assert.deepEqual(await readdir(folder.path), []);
  assert.equal((await running.exit).output, 'seen');
  await rejectsWith(processes.start({ ...commands.exit(0), program: '/no/such' }), 'process.not-found');
  assert.equal(await descriptors(), before);
});

test('a working folder that is missing, a line in one piece and a NUL are told apart', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const command = { program: '/bin/true', arguments: [], folder: folder.path };
  const processes = linuxProcesses();
  await rejectsWith(processes.start({ ...command, folder: join(folder.path, 'gone') }), 'disk.not-found');
  await rejectsWith(processes.start({ ...command, arguments: 'a b' }), 'command.invalid');
  await rejectsWith(processes.start({ ...command, arguments: ['a\0b'] }), 'command.invalid');
  const elsewhere = linuxProcesses({ spoolFolder: join(folder.path, 'gone') });
  await rejectsWith(elsewhere.start(command), 'disk.not-found');
});

test('a tail that starts inside a character leaves that character out', () => {
  const text = `x${'é'.repeat(outputLimit)}`;
  const tail = tailText(Buffer.from(`${text}z`));
  assert.ok(!tail.includes('\ufffd'));
  assert.ok(Buffer.byteLength(tail) >= outputLimit - 1);
  assert.ok(tail.endsWith('éz'));
  assert.equal(tailText(Buffer.from('short')), 'short');
});

test('who was started under a mark does not find itself, and hands its mark on to no program of its own', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const adapter = new URL('../src/linux/processes.ts', import.meta.url).href;
  const mark = randomUUID();
  const client = `
    import { linuxProcesses } from ${JSON.stringify(adapter)};
    const processes = linuxProcesses();
    const seen = [await processes.find(${JSON.stringify(mark)})];
    const running = await processes.start({ program: 'sleep', arguments: ['60'], folder: '/' });
    seen.push(await processes.find(${JSON.stringify(mark)}));
    await running.kill();
    process.stdout.write(JSON.stringify(seen));`;
  const running = await linuxProcesses().start({
    program: process.execPath,
    arguments: ['--input-type=module', '-e', client],
    folder: folder.path,
    mark,
  });
  assert.deepEqual(await running.exit, { code: 0, output: '[null,null]' });
});
