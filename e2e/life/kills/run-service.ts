/** An installed client as a service that is killed at one call, started again, and has come to its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceGround, stateOf } from './service-ground.ts';
import { type AimAt, attachTracer, type Tracer } from './traced.ts';

/** The start of the service at which an aim is one. */
export type AtStart = { readonly start: number };

/** Parts what was traced of one start from the next. */
export const nextStart = '\n--- the next start\n';

/** Milliseconds in which a client that was killed must have come to its end. */
const recoveryLimit = 60_000;
/** The same for a whole run under strace, from its first start. */
const wholeLimit = 150_000;
const lookMs = 250;
const settleMs = 1_500;
/** Milliseconds after which the manager has told of a death, if it is that of the service. */
const childMs = 1_000;
const deadlyLine = /\+\+\+ killed by SIGKILL/;

export type Run = {
  readonly ground: ServiceGround;
  readonly place: string;
  readonly kill: (AimAt & AtStart) | undefined;
  readonly isOver: () => Promise<boolean>;
};

/**
 * Has the service run, be killed once where that is asked for, and run to its end with nobody watching. Answers what strace
 * wrote of every start; of the one in which it was killed where it was.
 * @throws Error when it does not end in its time
 */
export async function runService(run: Run): Promise<{ trace: string; tookMs: number }> {
  const service = startService(run);
  const isDone = async () => (await run.isOver()) && publishedAt(run.place) !== service.published();
  const began = performance.now();
  try {
    for (;;) {
      const [now, killedAt] = [performance.now(), service.killedAt()];
      if (await isDone()) {
        // What it does at the end, and is killed at, is to come.
        await sleep(settleMs);
        if (service.killedAt() === killedAt && (await isDone())) break;
      }
      const late = killedAt > 0 ? now - killedAt > recoveryLimit : now - began > wholeLimit;
      if (late) throw new Error(`it has not come to its end: ${service.said()}`);
      await sleep(lookMs);
    }
    const killedAt = service.killedAt();
    const tookMs = killedAt > 0 ? performance.now() - killedAt : 0;
    return { trace: await service.stop(), tookMs };
  } catch (thrown) {
    service.abandon();
    throw thrown;
  }
}

type Service = {
  /** When it was killed, on the clock of this process; 0 before that. */
  killedAt(): number;
  /** When it had said last how it stands, when it was killed: whoever comes up after that says so again. */
  published(): number;
  /** The last of what it has complained about. */
  said(): string;
  /** Answers what was traced. */
  stop(): Promise<string>;
  abandon(): void;
};

function startService({ ground, place, kill }: Run): Service {
  const { before, after, environment } = ground.line(place);
  const [program, ...words] = before;
  const manager = spawn(program, [...words, ...after], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(manager, 'exit');
  const tracers: Tracer[] = [];
  let [said, starts, ends, killedAt, published] = ['', 0, 0, 0, 0];
  const killed = () => {
    if (killedAt === 0) killedAt = performance.now();
    tracers.at(-1)?.detach();
  };
  const onWritten = (lines: string) => {
    if (!kill || !deadlyLine.test(lines)) return;
    const before = ends;
    // A child that died alone: the manager has nothing to tell of it, and the next one would die, too.
    setTimeout(() => ends === before && killed(), childMs).unref();
  };
  const onStart = async () => {
    starts += 1;
    if (kill === undefined || starts === kill.start) {
      const tracer = attachTracer(manager.pid, kill, onWritten);
      tracers.push(tracer);
      await tracer.attached;
    }
    manager.stdin.write('.');
  };
  const onEnd = (signal: string) => {
    ends += 1;
    if (kill && starts === kill.start && signal === 'SIGKILL') {
      published = publishedAt(place);
      killed();
    } else tracers.at(-1)?.detach();
  };
  manager.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1_000);
  });
  createInterface({ input: manager.stdout }).on('line', (line) => {
    if (line === 'starts') void onStart();
    else onEnd(line.replace('ended ', ''));
  });
  return {
    killedAt: () => killedAt,
    published: () => published,
    said: () => said,
    async stop() {
      const trace = () => tracers.map(({ written }) => written()).join(nextStart);
      // What a service does because it is stopped here is no part of its upgrade.
      const before = trace();
      manager.kill('SIGTERM');
      await ended;
      await Promise.all(tracers.map(({ closed }) => closed));
      return kill ? trace() : before;
    },
    abandon() {
      manager.kill('SIGKILL');
      for (const tracer of tracers) tracer.detach();
    },
  };
}

/** When the client said last how it stands. */
const publishedAt = (place: string): number =>
  statSync(join(stateOf(place), 'status.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
