/** What a program asked the kernel to change, read from what strace wrote of it. */

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

/** One call at which a program can be killed. */
export type Call = {
  readonly name: string;
  /** Which of its thread's calls of this name it is, from 1, the unchanging ones counted too: as strace counts. */
  readonly nth: number;
  /** The same in every run: name, what it is about, and which one of those it is. */
  readonly key: string;
};

type Entered = { readonly id: string; readonly name: string; readonly nth: number; readonly words: string };

const opening = new Set(['open', 'openat', 'creat']);
const writing = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'copy_file_range']);

/** Every call that the trace tells of, by its beginning: strace counts a call when it is entered. */
function enteredIn(trace: string): readonly Entered[] {
  const counts = new Map<string, number>();
  const entered: Entered[] = [];
  for (const line of trace.split('\n')) {
    const [, id, name, words] = /^(\d+) +([a-z0-9_]+)\((.*)$/.exec(line) ?? [];
    if (id === undefined || name === undefined || words === undefined) continue;
    const nth = (counts.get(`${id} ${name}`) ?? 0) + 1;
    counts.set(`${id} ${name}`, nth);
    entered.push({ id, name, nth, words });
  }
  return entered;
}

const fileOf = (words: string) => /^\d+<(\/[^>]*)>/.exec(words)?.[1];
const isSystem = (path: string) => /^\/(dev|proc|sys|memfd:)/.test(path);

function isChanging({ name, words }: Entered): boolean {
  if (opening.has(name)) return /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(words) && !words.includes('"/dev/');
  const file = fileOf(words);
  if (writing.has(name)) return file !== undefined && !isSystem(file);
  return true;
}

/**
 * The calls that change something, in their order: opened for writing, made, renamed, removed, synced; and of the writes to
 * one file between two syncs the first, the middle and the last.
 * @param place path of what the program works on, which differs between runs
 */
export function changingCalls(trace: string, place: string): readonly Call[] {
  const changing = enteredIn(trace).filter(isChanging);
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
  return keyed(changing, place).filter((_, index) => {
    const call = changing[index];
    return call !== undefined && kept.has(call);
  });
}

/**
 * The call at which the program was killed: the aimed one by its number, and the last of its thread. Undefined where another
 * thread came to that number first, at a call that changes nothing, or where none was killed.
 */
export function killedAt(trace: string, aim: Pick<Call, 'name' | 'nth'>, place: string): Call | undefined {
  const entered = enteredIn(trace);
  const changing = entered.filter(isChanging);
  const index = changing.findLastIndex(
    (call) =>
      call.name === aim.name && call.nth === aim.nth && entered.findLast(({ id }) => id === call.id) === call,
  );
  return keyed(changing, place)[index];
}

function keyed(calls: readonly Entered[], place: string): readonly Call[] {
  const seen = new Map<string, number>();
  return calls.map(({ name, nth, words }) => {
    const what = `${name} ${shown(words, place)}`;
    const occurrence = (seen.get(what) ?? 0) + 1;
    seen.set(what, occurrence);
    return { name, nth, key: `${what} #${occurrence}` };
  });
}

/** Descriptors, process ids and drawn names differ from run to run; data is no name at all. */
function shown(words: string, place: string): string {
  return words
    .replaceAll(place, 'PLACE')
    .replaceAll(basename(place), 'PLACE')
    .replace(/ <unfinished \.\.\.>$/, '')
    .replace(/\) += .*$/, '')
    .replace(/, [^,<>"]*\d[^<>"]*$/, '')
    .replace(/"", .*$/, '')
    .replace(/\/proc\/self\/fd\/\d+/g, 'folder')
    .replace(/\b\d+(?=<)/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
    .replace(/\b\d{2,}\b/g, 'N')
    .slice(0, 200);
}
