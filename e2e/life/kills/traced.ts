/** A program of Node under strace, killed at a call where that is asked for, it or the child that makes the call. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
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

export type Tracer = {
  /** Resolves when it is at the program, or has ended. */
  readonly attached: Promise<unknown>;
  /** Resolves when it has nothing to write any more. */
  readonly closed: Promise<unknown>;
  /** What it wrote until now. */
  written(): string;
  /**
   * Not asked to let go: programs were seen that never woke again after that. The kernel lets go of them well.
   */
  detach(): void;
};

/**
 * Traces a program and all its children from now on.
 * @param kill where the one is killed that comes there first
 * @param onWritten called with what was written since the last time
 */
export function attachTracer(
  pid: number | undefined,
  kill: AimAt | undefined,
  onWritten: (lines: string) => void = () => undefined,
): Tracer {
  const tracer = spawn('strace', [...straceWords(kill), '-p', String(pid)], {
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
  return {
    attached: Promise.race([attached, closed]),
    closed,
    written: () => written,
    detach: () => void tracer.kill('SIGKILL'),
  };
}

/**
 * Runs it from the moment on in which its own code is loaded, until it and all its children have ended; answers what strace
 * wrote. What a program does after the death of its child alone is not traced: the next child would die, too.
 *
 * @throws Error when it does not end
 */
export async function traced(
  { before: [program, ...before], after, environment }: NodeLine,
  kill?: Kill,
): Promise<string> {
  const drawn = randomBytes(4).toString('hex');
  const running = spawn(program, [...before, gate(drawn), ...after], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(running, 'exit');
  await Promise.race([once(running.stdout, 'data'), ended]);
  running.stdout.resume();
  const aimed = kill && { ...kill, at: kill.at.map((path) => path.replaceAll(drawnName, drawn)) };
  let tail = '';
  const tracer = attachTracer(running.pid, aimed, (lines) => {
    if (kill?.dies === 'both' && killedIn(tail + lines).size > 0) running.kill('SIGKILL');
    tail = lines.slice(-lineLength);
  });
  let said = '';
  running.stderr.setEncoding('utf8').on('data', (lines: string) => {
    said += lines;
    if (triesAgain.test(said)) tracer.detach();
  });
  let late = false;
  const alarm = setTimeout(() => {
    late = true;
    running.kill('SIGKILL');
    tracer.detach();
  }, limit);
  await tracer.attached;
  running.stdin.end('\n');
  await Promise.all([ended, tracer.closed]);
  clearTimeout(alarm);
  if (late) throw new Error(`it has not ended within ${limit / 1000} s: ${said}`);
  return tracer.written().replaceAll(drawn, drawnName);
}

function straceWords(kill: AimAt | undefined): readonly string[] {
  // Written to a pipe, and so line by line.
  const words = ['-f', '-y', '-s', '0', '-o', '|cat', '-e', `trace=${changingNames.join(',')}`];
  if (!kill) return words;
  const paths = kill.at.flatMap((path) => ['-P', path]);
  return [...words, '-e', `inject=${kill.name}:signal=SIGKILL:when=${kill.nth}`, ...paths];
}
