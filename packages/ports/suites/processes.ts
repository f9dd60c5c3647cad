/** The contract of processes. */
import assert from 'node:assert/strict';
import { type Command, outputLimit, type Processes, type ProcessIdentity } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';

/** Commands with known behaviour, as this platform runs them. */
export type KnownCommands = {
  exit(code: number): Command;
  /** Writes `text` `times` times to standard output, then exits 0. */
  print(text: string, times: number): Command;
  /** Writes `text` to standard error, then exits 0. */
  printError(text: string): Command;
  /** Prints its words as a JSON list. */
  printWords(words: readonly string[]): Command;
  /** Prints the value of an environment variable, or `unset`. */
  printVariable(name: string): Command;
  /** Prints its working folder. */
  printFolder(): Command;
  /** Reads standard input to its end, then exits 0. */
  readInput(): Command;
  /** Does not end by itself. */
  forever(): Command;
};

export type ProcessesFixture = Fixture & {
  readonly processes: Processes;
  readonly commands: KnownCommands;
  /** A command that starts a second process and does not end by itself, nor does the second. */
  family?(): Promise<{
    readonly command: Command;
    /** Resolves when the second process runs. */
    readonly childRuns: Promise<void>;
    /** Resolves when it has ended. */
    readonly childEnded: Promise<void>;
  }>;
  /** A command that starts a second process and ends. */
  orphan?(): Promise<{
    readonly command: Command;
    /** Resolves when the second has ended. */
    endChild(child: ProcessIdentity): Promise<void>;
  }>;
};

export function processesContract(make: Make<ProcessesFixture>, options: SuiteOptions = {}): void {
  registerContract('processes', make, options, { ...runTests, ...identityTests, ...markTests });
}

const runTests: ContractTests<ProcessesFixture> = {
  'the exit code of a program is told': async ({ processes, commands }) => {
    for (const code of [0, 1, 100]) {
      const running = await processes.start(commands.exit(code));
      assert.equal((await running.exit).code, code);
    }
  },

  'a program that is not there is an error of its own': async ({ processes, commands }) => {
    const missing = { ...commands.exit(0), program: 'holdfast-no-such-program' };
    await rejectsWith(processes.start(missing), 'process.not-found');
  },

  'standard output and error are both kept': async ({ processes, commands }) => {
    const out = await processes.start(commands.print('to output', 1));
    assert.equal((await out.exit).output, 'to output');
    const error = await processes.start(commands.printError('to error'));
    assert.equal((await error.exit).output, 'to error');
  },

  'of long output the last bytes are kept': async ({ processes, commands }) => {
    const running = await processes.start(commands.print('0123456789', 10_000));
    const { code, output } = await running.exit;
    assert.equal(code, 0);
    assert.equal(Buffer.byteLength(output), outputLimit);
    assert.ok(output.endsWith('0123456789'));
  },

  'words reach the program as they are': async ({ processes, commands }) => {
    const words = [
      'plain',
      'two words',
      '',
      'a"b',
      "it's",
      '$HOME',
      '%PATH%',
      'back\\slash\\',
      '*',
      '-n',
      'é',
    ];
    const running = await processes.start(commands.printWords(words));
    assert.deepEqual(JSON.parse((await running.exit).output), words);
  },

  'environment is added to what the client has': async ({ processes, commands }) => {
    const added = { ...commands.printVariable('HOLDFAST_TEST'), environment: { HOLDFAST_TEST: 'a=b c' } };
    assert.equal((await (await processes.start(added)).exit).output, 'a=b c');
    const kept = { ...commands.printVariable('PATH'), environment: { HOLDFAST_TEST: 'x' } };
    assert.notEqual((await (await processes.start(kept)).exit).output, 'unset');
  },

  'a program runs in the folder that was named': async ({ processes, commands }) => {
    const command = commands.printFolder();
    assert.equal((await (await processes.start(command)).exit).output, command.folder);
  },

  'standard input is at its end': async ({ processes, commands }) => {
    const running = await processes.start(commands.readInput());
    assert.equal((await running.exit).code, 0);
  },

  'a program that was killed has no exit code': async ({ processes, commands }) => {
    const running = await processes.start(commands.forever());
    await running.kill();
    assert.equal((await running.exit).code, null);
  },

  'a kill after the end is harmless': async ({ processes, commands }) => {
    const running = await processes.start(commands.exit(7));
    await running.exit;
    await running.kill();
    await running.kill();
    assert.equal((await running.exit).code, 7);
  },

  'a kill ends also what the program started': async ({ processes, family }, context) => {
    if (family === undefined) {
      context.skip('no program here that starts another');
      return;
    }
    const { command, childRuns, childEnded } = await family();
    const running = await processes.start(command);
    await childRuns;
    await running.kill();
    await Promise.all([running.exit, childEnded]);
  },
};

const identityTests: ContractTests<ProcessesFixture> = {
  'a running process is alive, one that ended is not': async ({ processes, commands }) => {
    const running = await processes.start(commands.forever());
    assert.equal(await processes.alive(running.identity), true);
    await running.kill();
    await running.exit;
    assert.equal(await processes.alive(running.identity), false);
  },

  'another process under the same number is not taken for it': async ({ processes, commands }) => {
    const running = await processes.start(commands.forever());
    const { identity } = running;
    assert.equal(await processes.alive({ ...identity, started: `${identity.started}1` }), false);
    assert.equal(await processes.alive({ ...identity, bootId: `${identity.bootId}-other` }), false);
    await running.kill();
    await running.exit;
  },

  'an identity that names no process is dead': async ({ processes, commands }) => {
    const running = await processes.start(commands.forever());
    for (const pid of [2 ** 30, 0, -1, 1.5]) {
      assert.equal(await processes.alive({ ...running.identity, pid }), false, String(pid));
    }
    await running.kill();
    await running.exit;
  },

  'two processes have two identities, of one boot': async ({ processes, commands }) => {
    const first = await processes.start(commands.forever());
    const second = await processes.start(commands.forever());
    assert.notDeepEqual(first.identity, second.identity);
    assert.equal(first.identity.bootId, second.identity.bootId);
    await Promise.all([first.kill(), second.kill()]);
    await Promise.all([first.exit, second.exit]);
  },

  'an identity survives being written down': async ({ processes, commands }) => {
    const running = await processes.start(commands.forever());
    const kept: typeof running.identity = JSON.parse(JSON.stringify(running.identity));
    assert.equal(await processes.alive(kept), true);
    await running.kill();
    await running.exit;
  },
};

const mark = '6f1c2b9e-0000-4000-8000-00000000000a';
const otherMark = '6f1c2b9e-0000-4000-8000-00000000000b';

const markTests: ContractTests<ProcessesFixture> = {
  'a running program is found by its mark, and not any more when it has ended': async ({
    processes,
    commands,
  }) => {
    assert.equal(await processes.find(mark), undefined);
    const running = await processes.start({ ...commands.forever(), mark });
    assert.deepEqual(await processes.find(mark), running.identity);
    assert.equal(await processes.find(otherMark), undefined);
    await running.kill();
    await running.exit;
    assert.equal(await processes.find(mark), undefined);
  },

  'programs are found each by its own mark, those without one by none': async ({ processes, commands }) => {
    const first = await processes.start({ ...commands.forever(), mark });
    const second = await processes.start({ ...commands.forever(), mark: otherMark });
    const third = await processes.start(commands.forever());
    assert.deepEqual(await processes.find(mark), first.identity);
    assert.deepEqual(await processes.find(otherMark), second.identity);
    await Promise.all([first, second, third].map((running) => running.kill()));
    await Promise.all([first, second, third].map((running) => running.exit));
  },

  'a program that has started another is found itself': async ({ processes, family }, context) => {
    if (family === undefined) return context.skip('no program here that starts another');
    const { command, childRuns, childEnded } = await family();
    const running = await processes.start({ ...command, mark });
    await childRuns;
    assert.deepEqual(await processes.find(mark), running.identity);
    await running.kill();
    await Promise.all([running.exit, childEnded]);
    assert.equal(await processes.find(mark), undefined);
  },

  'what a program leaves running is found by its mark until it ends too': async (
    { processes, orphan },
    context,
  ) => {
    if (orphan === undefined) return context.skip('no program here that leaves another');
    const { command, endChild } = await orphan();
    const running = await processes.start({ ...command, mark });
    await running.exit;
    const child = await processes.find(mark);
    assert.ok(child !== undefined, 'the child is not found');
    assert.notDeepEqual(child, running.identity);
    assert.equal(await processes.alive(child), true);
    await endChild(child);
    assert.equal(await processes.find(mark), undefined);
  },

  'a program of an earlier life is ended with what it started, and nothing else': async (
    { processes, commands, family },
    context,
  ) => {
    if (family === undefined) return context.skip('no program here that starts another');
    const { command, childRuns, childEnded } = await family();
    const marked = await processes.start({ ...command, mark });
    const other = await processes.start({ ...commands.forever(), mark: otherMark });
    await childRuns;
    await processes.end({ identity: marked.identity, mark });
    assert.equal(await processes.alive(marked.identity), false);
    assert.notEqual((await marked.exit).code, 0);
    await childEnded;
    assert.equal(await processes.find(mark), undefined);
    assert.equal(await processes.alive(other.identity), true);
    await processes.end({ identity: marked.identity, mark });
    await processes.end({ identity: other.identity, mark: otherMark });
    await other.exit;
  },

  'what a program has left running is not ended in its place': async ({ processes, orphan }, context) => {
    if (orphan === undefined) return context.skip('no program here that leaves another');
    const { command, endChild } = await orphan();
    const { identity, exit } = await processes.start({ ...command, mark });
    await exit;
    const child = await processes.find(mark);
    assert.ok(child !== undefined, 'the child is not found');
    await processes.end({ identity, mark });
    await processes.end({ identity: { ...child, started: `${child.started}1` }, mark });
    assert.equal(await processes.alive(child), true);
    await endChild(child);
  },

  'a mark that could be read as something else is refused': async ({ processes, commands }) => {
    for (const bad of ['', 'a b', 'a=b', 'a\\b', 'a/b', 'a\0b', 'x'.repeat(65)]) {
      await rejectsWith(processes.start({ ...commands.exit(0), mark: bad }), 'command.invalid');
      assert.equal(await processes.find(bad), undefined);
    }
  },
};
