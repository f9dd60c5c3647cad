/** What programs asked the kernel to change, read from what strace wrote of them. */

import { basename } from 'node:path';

/** Calls that change files or their names. Writes count where they go to a file. */
export const changingNames = [
  'open',
  'openat',
  'creat',
  'write',
  'pwrite64',
  'writev',
  'pwritev',
  'copy_file_range',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'linkat',
  'unlink',
  'unlinkat',
  'symlink',
  'symlinkat',
  'truncate',
  'ftruncate',
  'mkdir',
  'mkdirat',
  'rmdir',
  'chmod',
  'fchmod',
  'fchmodat',
  'chown',
  'fchown',
  'lchown',
  'fchownat',
  'fsync',
  'fdatasync',
] as const;

/** One call as strace tells of it, by its beginning: strace counts a call when it is entered. */
export type Entered = {
  /** Of the thread. */
  readonly id: string;
  readonly name: string;
  /** Whether it was refused, and so has changed nothing: a file to be removed that is not there. */
  readonly failed: boolean;
  /** Its arguments, data left out. */
  readonly words: string;
  /** What it is about, the same in every run. */
  readonly what: string;
  /** Paths that it names, as it names them. */
  readonly named: readonly string[];
  /** Paths of the files that it has open. */
  readonly open: readonly string[];
};

const opening = new Set(['open', 'openat', 'creat']);
const writing = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'copy_file_range']);

/** @param place path of what the programs work on, which differs between runs */
export function enteredIn(trace: string, place: string): readonly Entered[] {
  const entered: Entered[] = [];
  const lines = trace.split('\n');
  const results = resultsIn(lines);
  for (const [index, line] of lines.entries()) {
    const [, id, name, text] = /^(\d+) +([a-z0-9_]+)\((.*)$/.exec(line) ?? [];
    if (id === undefined || name === undefined || text === undefined) continue;
    const words = text.replace(/ <unfinished \.\.\.>$/, '').replace(/\) += .*$/, '');
    entered.push({
      id,
      name,
      failed: / = -1 E/.test(results.get(index) ?? text),
      words,
      what: `${name} ${shown(words, place)}`,
      named: [...words.matchAll(/"([^"]+)"/g)].map(([, path = '']) => path),
      open: [...words.matchAll(/\b\d+<(\/[^>]*)>/g)].map(([, path = '']) => path),
    });
  }
  return entered;
}

/** Ends of those calls that another thread's came between, by the line of their beginnings. */
function resultsIn(lines: readonly string[]): ReadonlyMap<number, string> {
  const results = new Map<number, string>();
  const begun = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const [, id = '', name, rest = ''] = /^(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) begun.set(id, index);
    const from = begun.get(id);
    if (name !== undefined && from !== undefined) results.set(from, rest);
  }
  return results;
}

/** Threads that were killed. */
export function killedIn(trace: string): ReadonlySet<string> {
  return new Set([...trace.matchAll(/^(\d+) +\+\+\+ killed by SIGKILL/gm)].map(([, id = '']) => id));
}

const fileOf = (words: string) => /^\d+<(\/[^>]*)>/.exec(words)?.[1];
const isSystem = (path: string) => /^\/(dev|proc|sys|memfd:)/.test(path);

export function isChanging({ name, words, failed }: Entered): boolean {
  if (failed) return false;
  if (opening.has(name)) return /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(words) && !words.includes('"/dev/');
  const file = fileOf(words);
  if (writing.has(name)) return file !== undefined && !isSystem(file);
  return true;
}

/**
 * The calls that change something, in their order: opened for writing, made, renamed, removed, synced; and of the writes to
 * one file between two syncs the first, the middle and the last.
 */
export function changingCalls(entered: readonly Entered[]): readonly Entered[] {
  const changing = entered.filter(isChanging);
  const kept = new Set<Entered>();
  const runs = new Map<string, Entered[]>();
  const settle = (file: string) => {
    const all = runs.get(file) ?? [];
    runs.delete(file);
    for (const at of [0, all.length >> 1, all.length - 1]) {
      const one = all[at];
      if (one) kept.add(one);
    }
  };
  for (const call of changing) {
    const file = fileOf(call.words);
    if (writing.has(call.name) && file !== undefined) {
      runs.set(file, [...(runs.get(file) ?? []), call]);
      continue;
    }
    if (file !== undefined && /sync$/.test(call.name)) settle(file);
    kept.add(call);
  }
  for (const file of [...runs.keys()]) settle(file);
  return changing.filter((call) => kept.has(call));
}

/** Names that a program draws anew in every run: unique ids, those of mkstemp(3) as dpkg and systemd use it. */
export const drawn = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\.#\w+[0-9a-f]{16}/;

/** Descriptors, process ids and drawn names differ from run to run; data is no name at all. */
function shown(words: string, place: string): string {
  return words
    .replaceAll(place, 'PLACE')
    .replaceAll(basename(place), 'PLACE')
    .replace(/, [^,<>"]*\d[^<>"]*$/, '')
    .replace(/"", .*$/, '')
    .replace(/\/proc\/self\/fd\/\d+/g, 'folder')
    .replace(/\b\d+(?=<)/g, '')
    .replace(new RegExp(drawn, 'g'), 'id')
    .replace(/\b\d{2,}\b/g, 'N')
    .slice(0, 200);
}
