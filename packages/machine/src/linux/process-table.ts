/** Which process a number names right now: by /proc on Linux, by ps(1) and sysctl(8) elsewhere (macOS). */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { errorCodeOf } from '../shared/error-code.ts';

/** What tells a process from a later one with the same number. */
export type ProcessRecord = {
  /** Clock ticks after the boot on Linux, a date elsewhere. */
  readonly started: string;
  /** Ended, but not yet collected by its parent. */
  readonly ended: boolean;
};

const hasProc = existsSync('/proc/self/stat');

/**
 * Undefined where no process has this number. Synchronous on purpose: right after a start no turn of the event
 * loop has collected the child yet, so its record is still there even if it has already ended.
 */
export function processRecord(pid: number): ProcessRecord | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return hasProc ? recordFromProc(pid) : recordFromPs(pid);
}

/** Changes with every start of the machine. */
export function currentBootId(): string {
  if (hasProc) return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
}

/**
 * The processes, except this one, first started first, that have `NAME=value` in the environment they were started
 * with. Seen are the processes of the own account, to root all; not those that have overwritten their environment.
 * Only where there is /proc: macOS keeps the environment of a process to itself, and there nothing is ever found.
 */
export function processesWithVariable(variable: string): readonly { pid: number; started: string }[] {
  if (!hasProc) return [];
  const found = readdirSync('/proc').flatMap((name) => {
    const pid = /^\d+$/.test(name) ? Number(name) : process.pid;
    if (pid === process.pid || !environmentOf(pid).split('\0').includes(variable)) return [];
    const record = recordFromProc(pid);
    return record === undefined || record.ended ? [] : [{ pid, started: record.started }];
  });
  // Those of one clock tick stand in the order of their numbers, except when the numbers have just run out.
  return found.sort((one, other) => Number(one.started) - Number(other.started) || one.pid - other.pid);
}

/** proc_pid_environ(5); empty for a process that has ended or is not ours to look into. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (thrown) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCodeOf(thrown))) return '';
    throw thrown;
  }
}

/** proc_pid_stat(5): the name in field 2 may hold anything, so fields are counted from its last parenthesis. */
function recordFromProc(pid: number): ProcessRecord | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Here field 3 (state) is the first, and field 22 (starttime) the twentieth.
    const [state, started] = [fields[0], fields[19]];
    if (state === undefined || started === undefined) return undefined;
    return { started, ended: state === 'Z' || state === 'X' };
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes(errorCodeOf(thrown))) return undefined;
    throw thrown;
  }
}

function recordFromPs(pid: number): ProcessRecord | undefined {
  try {
    const line = execFileSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    const [state = '', ...started] = line.trim().split(/\s+/);
    return { started: started.join(' '), ended: state.startsWith('Z') };
  } catch (thrown) {
    // ps exits 1 when there is no such process.
    if (typeof thrown === 'object' && thrown !== null && 'status' in thrown && thrown.status === 1)
      return undefined;
    throw thrown;
  }
}
