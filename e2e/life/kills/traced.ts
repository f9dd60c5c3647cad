/** A program of Node under strace, killed at a call where that is asked for, it or the child that makes the call. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Aim } from './aim.ts';
import { changingNames } from './trace.ts';

/** How a program of Node is started: what comes before Node's own options, and after them. */
export type NodeLine = {
  readonly before: readonly [program: string, ...words: string[]];
  readonly after: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
};

/** Has Node say that it is there, and wait for a byte before its main is loaded: what it opens by itself is not counted. */
const gate =
  '--import=data:text/javascript,import{readSync,writeSync}from"node:fs";writeSync(1,".");readSync(0,Buffer.alloc(1))';

/**
 * Runs it from the moment on in which its own code is loaded, until it and all its children have ended; answers what strace
 * wrote. When a child was killed, the program is killed, too.
 */
export async function traced(
  { before: [program, ...before], after, environment }: NodeLine,
  aim?: Aim & { readonly at: readonly string[] },
): Promise<string> {
  const running = spawn(program, [...before, gate, ...after], {
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(running, 'exit');
  await Promise.race([once(running.stdout, 'data'), ended]);
  running.stdout.resume();
  const inject = aim ? ['-e', `inject=${aim.name}:signal=SIGKILL:when=${aim.nth}`] : [];
  const paths = aim?.at.flatMap((path) => ['-P', path]) ?? [];
  // Written to a pipe, and so line by line.
  const shape = ['-f', '-y', '-s', '0', '-o', '|cat', '-e', `trace=${changingNames.join(',')}`];
  const tracer = spawn('strace', [...shape, ...inject, ...paths, '-p', String(running.pid)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = text(tracer.stdout);
  tracer.stdout.on('data', (lines) => {
    if (String(lines).includes('+++ killed by SIGKILL')) running.kill('SIGKILL');
  });
  await new Promise<void>((resolve) => {
    tracer.stderr.on('data', (lines) => {
      if (String(lines).includes('attached')) resolve();
    });
    tracer.once('exit', () => resolve());
  });
  running.stdin.end('\n');
  await ended;
  return await written;
}
