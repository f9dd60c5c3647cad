/** The record of who is logged in: utmp(5), for machines without logind. */
import { endianness } from 'node:os';

export type Login = {
  readonly pid: number;
  /** `pts/0` */
  readonly line: string;
  readonly user: string;
  /** Where from; empty for the machine's own screen. */
  readonly host: string;
};

/** struct utmp of glibc on every 64-bit Linux; of the types that ut_type tells, only that of a login. */
const record = { length: 384, type: 0, pid: 4, line: [8, 32], user: [44, 32], host: [76, 256] } as const;
const userProcess = 7;

export function loginsIn(utmp: Buffer): readonly Login[] {
  const logins: Login[] = [];
  for (let at = 0; at + record.length <= utmp.length; at += record.length) {
    const entry = utmp.subarray(at, at + record.length);
    const number16 = endianness() === 'LE' ? entry.readInt16LE(record.type) : entry.readInt16BE(record.type);
    if (number16 !== userProcess) continue;
    const pid = endianness() === 'LE' ? entry.readInt32LE(record.pid) : entry.readInt32BE(record.pid);
    const text = ([start, length]: readonly [number, number]) =>
      entry
        .toString('utf8', start, start + length)
        .split('\0', 1)
        .join('');
    logins.push({ pid, line: text(record.line), user: text(record.user), host: text(record.host) });
  }
  return logins;
}
