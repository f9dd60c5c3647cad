/** Measuring of processes from outside: CPU time, proportional memory, pinned starts, medians. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';

/** Kernel clock ticks a second (`getconf CLK_TCK`); 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** User and system CPU seconds that a process and its threads have used (proc(5), /proc/PID/stat, fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Proportional set size in MB (proc(5), /proc/PID/smaps_rollup). */
export function proportionalMegabytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) / 1024;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A process of a bench: answers the first JSON line that it prints, and is ended by `stop`. */
export type Side<T> = {
  readonly pid: number;
  readonly ready: T;
  stop(): Promise<void>;
  send(line: string): Promise<string>;
};

/** Starts a program on one core (0 or 1, where the machine has two) and waits for its first line. */
export function startSide<T>(
  core: number,
  node: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Side<T>> {
  return startProcess('taskset', ['-c', String(core % cpus().length), node, ...args], environment);
}

/** Starts a program on whatever core there is and waits for its first line. */
export async function startProcess<T>(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Side<T>> {
  const child: ChildProcess = spawn(program, [...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.stdout === null || child.stdin === null || child.pid === undefined)
    throw new Error('The process has no pipes.');
  const input = child.stdin;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error(`${args.join(' ')} ended before it answered.`);
    return line.value;
  };
  const first = await nextLine();
  return {
    pid: child.pid,
    ready: JSON.parse(first) as T,
    send: (line) => {
      input.write(`${line}\n`);
      return nextLine();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
