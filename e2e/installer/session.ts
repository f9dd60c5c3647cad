/** Two Windows that begin as one; real msiexec works in the first, ours in the second. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWinePrefix, type WinePrefix } from '@holdfast/machine/wine';
import type { Subject } from './build.ts';
import { type Comparison, type Conditional, compare } from './compare.ts';
import { conditionalIn } from './conditional.ts';
import { damage } from './damage.ts';
import type { Flow } from './flows.ts';
import { ownMsiexec } from './own-side.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { keepInside, wineMsiexec } from './wine-side.ts';

export type FlowResult = Comparison & {
  readonly calls: number;
  /** Those that ended with 0 in both. */
  readonly succeeded: number;
  /** Calls that one installer ended otherwise than the other. */
  readonly exits: readonly string[];
  /** Files and values that were damaged before. */
  readonly damaged: number;
};

export type Session = AsyncDisposable & { run(flow: Flow): Promise<FlowResult> };

type Windows = {
  readonly prefix: WinePrefix;
  readonly wine: string;
  readonly own: string;
  readonly before: Snapshot;
  readonly conditional: Conditional;
};

type Call = { readonly subject: Subject; readonly words: readonly string[] };

async function ownCalls(
  own: string,
  calls: readonly Call[],
): Promise<readonly { exitCode: number; why: string }[]> {
  const results = [];
  for (const { words } of calls) results.push(await ownMsiexec(own, words));
  return results;
}

async function runFlow(
  { prefix, wine, own, before, conditional }: Windows,
  subjects: readonly Subject[],
  flow: Flow,
): Promise<FlowResult> {
  const look = async () => [await takeSnapshot(wine), await takeSnapshot(own)] as const;
  const damaged = flow.damages ? await damage([wine, own], before, await look()) : 0;
  const calls = subjects.flatMap((subject) => flow.calls(subject).map((words) => ({ subject, words })));
  // Side by side: one waits for the disk while the other works.
  const [codes, results] = await Promise.all([
    wineMsiexec(
      prefix,
      calls.map(({ words }) => words),
    ),
    ownCalls(own, calls),
  ]);
  const exits = calls.flatMap(({ subject, words }, index) => {
    const [theirs, ours] = [codes[index], results[index]];
    if (theirs === ours?.exitCode) return [];
    return [
      `${subject.name}: msiexec ${words.join(' ')}: Wine ${theirs}, ours ${ours?.exitCode} ${ours?.why}`,
    ];
  });
  const succeeded = calls.filter((_, index) => codes[index] === 0 && results[index]?.exitCode === 0).length;
  const [theirs, ours] = await look();
  return { ...compare(before, theirs, ours, conditional), calls: calls.length, succeeded, exits, damaged };
}

/**
 * @param folder that does not exist yet
 * @param layDown puts the packages on drive C
 */
export async function openSession(
  folder: string,
  layDown: (driveC: string) => Promise<readonly Subject[]>,
): Promise<Session> {
  const [wine, own] = [join(folder, 'wine'), join(folder, 'own')];
  await using begun = new AsyncDisposableStack();
  const prefix = begun.use(await makeWinePrefix(wine));
  begun.defer(() => rm(own, { recursive: true, force: true }));
  keepInside(prefix.driveC);
  const subjects = await layDown(prefix.driveC);
  // The first start of Wine in a new place writes to the registry.
  await wineMsiexec(prefix, [['/x', '{00000000-0000-0000-0000-000000000001}', '/qn']]);
  await cp(wine, own, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const before = await takeSnapshot(own);
  const packages = subjects.flatMap(({ first, second }) =>
    second === undefined ? [first] : [first, second],
  );
  const conditional = await conditionalIn(packages.map((path) => prefix.toLinux(path)));
  const opened = begun.move();
  return {
    run: (flow) => runFlow({ prefix, wine, own, before, conditional }, subjects, flow),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
