/** A program of Node under strace, killed at a call where that is asked for, it or the child that makes the call. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Aim } from './aim.ts';
import { changingNames, killedIn } from './trace.ts';

/** How a program of Node is started: what comes before Node's own options, and after them. */
export type NodeLine = {
  readonly before: readonly [program: string, ...words: string[]];
  readonly after: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
};

/** Begins every unique id that a traced program draws, in what is answered of its trace; in each run another word does. */
const drawnName = 'DRAWNONE';

/**
 * Has Node say that it is there, and wait for a byte before its main is loaded: what it opens by itself is not counted. Files
 * that it names by a unique id can be aimed at: its ids begin with a word of this run, and are counted from there.
 */
const gate = (drawn: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`import crypto from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
let ids = 0;
crypto.randomUUID = () => '${drawn}-0000-4000-8000-' + String(++ids).padStart(12, '0');
syncBuiltinESMExports();
writeSync(1, '.');
readSync(0, Buffer.alloc(1));`)}`;

/** Milliseconds in which all of it must have ended, with the pause that the program makes when its child has died. */
const limit = 120_000;
/** Bytes that hold the line of a death, should it come in two pieces. */
const lineLength = 80;
/** What the program says when it will try again by itself. */
const triesAgain = /Again in \d+ s/;

export type AimAt = Aim & {
  /** Paths of the aim in this place. */
  readonly at: readonly string[];
};

export type Kill = AimAt & {
  /** What dies when it is a child's call: the child alone, or the program with it. */
  readonly dies: 'child' | 'both';
};

/** A program of Node that waits for its main to be let in, and a tracer that is to be at it before. */
export type Traced = {
  readonly running: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly tracer: ChildProcess;
  /** Resolves when the program has ended, and when its tracer has nothing to write any more. */
  readonly ended: Promise<unknown>;
  readonly closed: Promise<unknown>;
  /** What strace wrote until now. */
  written(): string;
  /** Its main is loaded. */
  letIn(): void;
};

/** @param onWritten called with what strace has written since the last time */
export async function startTraced(
  { before: [program, ...before], after, environment }: NodeLine,
  kill: AimAt | undefined,
  onWritten: (lines: string) => void = () => undefined,
): Promise<Traced> {
  const drawn = randomBytes(4).toString('hex');
  const running = spawn(program, [...before, gate(drawn), ...after], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(running, 'exit');
  await Promise.race([once(running.stdout, 'data'), ended]);
  const tracer = spawn('strace', [...straceWords(kill, drawn), '-p', String(running.pid)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  tracer.stdout.setEncoding('utf8').on('data', (lines: string) => {
    written += lines;
    onWritten(lines);
  });
  const closed = once(tracer, 'close');
  const attached = new Promise<void>((resolve) => {
    tracer.stderr.on('data', (lines) => {
      if (String(lines).includes('attached')) resolve();
    });
  });
  await Promise.race([attached, closed]);
  return {
    running,
    tracer,
    ended,
    closed,
    written: () => written.replaceAll(drawn, drawnName),
    letIn: () => void running.stdin.end('\n'),
  };
}

/**
 * Runs it from the moment on in which its own code is loaded, until it and all its children have ended; answers what strace
 * wrote. What a program does after the death of its child alone is not traced: the next child would die, too.
 *
 * @throws Error when it does not end
 */
export async function traced(line: NodeLine, kill?: Kill): Promise<string> {
  let tail = '';
  const { running, tracer, ended, closed, written, letIn } = await startTraced(line, kill, (lines) => {
    if (kill?.dies === 'both' && killedIn(tail + lines).size > 0) running.kill('SIGKILL');
    tail = lines.slice(-lineLength);
  });
  running.stdout.resume();
  let said = '';
  running.stderr.setEncoding('utf8').on('data', (lines: string) => {
    said += lines;
    // Not asked to let go: programs were seen that never woke again after that. The kernel lets go of them well.
    if (triesAgain.test(said)) tracer.kill('SIGKILL');
  });
  let late = false;
  const alarm = setTimeout(() => {
    late = true;
    for (const one of [running, tracer]) one.kill('SIGKILL');
  }, limit);
  letIn();
  await Promise.all([ended, closed]);
  clearTimeout(alarm);
  if (late) throw new Error(`it has not ended within ${limit / 1000} s: ${said}`);
  return written();
}

function straceWords(kill: AimAt | undefined, drawn: string): readonly string[] {
  // Written to a pipe, and so line by line.
  const words = ['-f', '-y', '-s', '0', '-o', '|cat', '-e', `trace=${changingNames.join(',')}`];
  if (!kill) return words;
  const paths = kill.at.flatMap((path) => ['-P', path.replaceAll(drawnName, drawn)]);
  return [...words, '-e', `inject=${kill.name}:signal=SIGKILL:when=${kill.nth}`, ...paths];
}
