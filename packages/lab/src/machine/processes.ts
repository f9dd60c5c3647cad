/** Simulated programs: functions that work on the simulated disk step by step and can be cut off between the steps. */
import { HoldfastError } from '@holdfast/contract';
import {
  type Clock,
  type Command,
  type Disk,
  type Exit,
  isMark,
  outputLimit,
  type Processes,
  type ProcessIdentity,
  type Running,
} from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';

/** What a program has: its command line and the ports of its own life. */
export type ProgramRun = {
  /** Its own process. */
  readonly identity: ProcessIdentity;
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly disk: Disk;
  readonly clock: Clock;
  /** For programs of its own. */
  readonly processes: Processes;
  print(text: string): void;
};

/** Answers its exit code. One that throws ends with exit code 1 and the error as its output. */
export type Program = (run: ProgramRun) => Promise<number>;

export type ProcessTable = {
  readonly programs: Map<string, Program>;
  /** Every process still running, first started first. */
  running(): readonly ProcessIdentity[];
  /** Command lines started so far, in order. */
  readonly started: readonly Command[];
  /** The power is gone: every program is dead and nobody is told. */
  powerCut(): void;
  port(life: Life): Processes;
};

type Process = {
  readonly identity: ProcessIdentity;
  readonly life: Life;
  readonly parent: Process | undefined;
  /** Its own or, without one, that of the program that started it. */
  readonly mark: string | undefined;
  readonly end: (exit: Exit) => void;
  output: Buffer;
};

type Surroundings = {
  readonly calls: Calls;
  readonly bootId: () => string;
  readonly elapsed: () => number;
  /** Whether there is a file at an absolute path: only then a program given by path can start. */
  readonly isFile: (path: string) => boolean;
  readonly disk: (life: Life) => Disk;
  readonly clock: (life: Life) => Clock;
};

/** What every simulated process finds in its environment. */
const usualEnvironment = { PATH: '/usr/bin:/bin' };

/** First number of a process; they rise from there as on a machine that has just started. */
const firstPid = 1000;

export function processTable(world: Surroundings): ProcessTable {
  const programs = new Map<string, Program>();
  const processes = new Map<number, Process>();
  const started: Command[] = [];
  let nextPid = firstPid;

  function launch(command: Command, parent: Process | undefined): { job: Process; exit: Promise<Exit> } {
    if (command.mark !== undefined && !isMark(command.mark)) {
      throw new HoldfastError('command.invalid', 'The mark of the command is no plain word.');
    }
    const program = programOf(command.program);
    const { promise: exit, resolve: end } = Promise.withResolvers<Exit>();
    const pid = nextPid++;
    const job: Process = {
      identity: { pid, started: `${world.elapsed()}.${pid}`, bootId: world.bootId() },
      life: world.calls.begin(`program ${pid}`),
      parent,
      mark: command.mark ?? parent?.mark,
      end,
      output: Buffer.alloc(0),
    };
    started.push(command);
    processes.set(pid, job);
    void execute(job, program, command);
    return { job, exit };
  }

  function programOf(name: string): Program {
    const program = programs.get(name.split(/[\\/]/).at(-1) ?? name);
    const there = !/[\\/]/.test(name) || world.isFile(name);
    if (program !== undefined && there) return program;
    throw new HoldfastError('process.not-found', `There is no simulated program ${name}.`);
  }

  async function execute(job: Process, program: Program, command: Command): Promise<void> {
    const { life } = job;
    const print = (text: string) => {
      job.output = Buffer.concat([job.output, Buffer.from(text, 'utf8')]).subarray(-outputLimit);
    };
    let code: number;
    try {
      code = await program({
        identity: job.identity,
        words: typeof command.arguments === 'string' ? [command.arguments] : command.arguments,
        folder: command.folder,
        environment: { ...usualEnvironment, ...command.environment },
        disk: world.disk(life),
        clock: world.clock(life),
        processes: port(life, job),
        print,
      });
    } catch (thrown) {
      print(String(thrown));
      code = 1;
    }
    if (life.alive) finish(job, code);
  }

  function finish(job: Process, code: number | null): void {
    job.life.alive = false;
    processes.delete(job.identity.pid);
    job.end({ code, output: job.output.toString('utf8') });
  }

  function kill(job: Process): void {
    if (!job.life.alive) return;
    for (const other of [...processes.values()]) if (other.parent === job) kill(other);
    finish(job, null);
  }

  function jobOf({ pid, started, bootId }: ProcessIdentity): Process | undefined {
    const known = processes.get(pid);
    return known?.identity.started === started && known.identity.bootId === bootId ? known : undefined;
  }

  /** First started first; without the one that asks. */
  function markedWith(mark: string, asking: Process | undefined): Process[] {
    return [...processes.values()].filter((job) => job.mark === mark && job !== asking);
  }

  function port(life: Life, parent?: Process): Processes {
    const { calls } = world;
    return {
      start: (command) =>
        calls.call(life, 'processes.start', [command], (): Running => {
          const { job, exit } = launch(command, parent);
          return {
            identity: job.identity,
            exit: calls.call(life, 'processes.exit', [job.identity.pid], () => exit),
            kill: () => calls.call(life, 'processes.kill', [job.identity.pid], () => kill(job)),
          };
        }),
      alive: (identity) =>
        calls.call(life, 'processes.alive', [identity], () => jobOf(identity) !== undefined),
      find: (mark) => calls.call(life, 'processes.find', [mark], () => markedWith(mark, parent)[0]?.identity),
      end: ({ identity, mark }) =>
        calls.call(life, 'processes.end', [identity, mark], () => {
          const job = jobOf(identity);
          if (job) kill(job);
        }),
    };
  }

  return {
    programs,
    started,
    running: () => [...processes.values()].map((job) => job.identity),
    powerCut() {
      for (const job of processes.values()) job.life.alive = false;
      processes.clear();
      nextPid = firstPid;
    },
    port: (life) => port(life),
  };
}
