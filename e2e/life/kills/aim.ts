/** Aiming at one call of many programs: strace counts for each thread by itself, and only what touches the paths it is given. */
import { changingCalls, drawn, type Entered, enteredIn, isChanging, killedIn } from './trace.ts';

/** What strace is told: the so-manieth call of a name in any thread, those that touch other paths not counted. */
export type Aim = {
  readonly name: string;
  readonly nth: number;
  /** Paths that strace heeds, the place named `PLACE` in them; none: it heeds all. */
  readonly paths: readonly string[];
  /** Which one it then is of the calls that are about the same. */
  readonly occurrence: number;
};

/** One call at which a program can be killed. */
export type Target = {
  /** The same in every run: what it is about, and which one of those it is. */
  readonly key: string;
  readonly what: string;
  /** Of the service, from 1, where it is one that is started again and again: what is counted is counted within. */
  readonly start?: number;
  /** The best first. */
  readonly aims: readonly Aim[];
};

const placeName = 'PLACE';

/**
 * Every call of a trace that changes something.
 * @param place path of what was worked on
 * @param start of the service, if the trace is of one
 */
export function targetsIn(trace: string, place: string, start?: number): readonly Target[] {
  const entered = enteredIn(trace, place);
  return changingCalls(entered).map((call) => ({
    key: keyOf(call.what, occurrenceOf(call, entered), start),
    what: call.what,
    ...(start === undefined ? {} : { start }),
    aims: aimsAt(call, entered).map((aim) => ({
      ...aim,
      paths: aim.paths.map((path) => path.replaceAll(place, placeName)),
    })),
  }));
}

/** The paths of an aim in another place. */
export const pathsIn = ({ paths }: Aim, place: string): readonly string[] =>
  paths.map((path) => path.replaceAll(placeName, place));

/**
 * Key of the call at which a program was killed. Undefined where another thread came to that number first, at another call
 * than was aimed at, or where none was killed.
 */
export function killedAt(trace: string, target: Target, aim: Aim, place: string): string | undefined {
  const entered = enteredIn(trace, place);
  const killed = killedIn(trace);
  // What takes a dead child's place may die, too, before strace has let go.
  const last = entered.find(
    (call) =>
      killed.has(call.id) &&
      call.name === aim.name &&
      nthOf(call, entered) === aim.nth &&
      entered.findLast(({ id }) => id === call.id) === call,
  );
  if (!last || !isChanging(last)) return undefined;
  const occurrence = occurrenceOf(last, entered);
  if (last.what === target.what && occurrence === aim.occurrence) return target.key;
  // Where all was counted, what was hit instead of it is known, too.
  return aim.paths.length === 0 ? keyOf(last.what, occurrence, target.start) : undefined;
}

const keyOf = (what: string, occurrence: number, start: number | undefined) =>
  `${start === undefined ? '' : `start ${start}: `}${what} #${occurrence}`;

const upTo = (call: Entered, all: readonly Entered[]) => all.slice(0, all.indexOf(call) + 1);
const occurrenceOf = (call: Entered, all: readonly Entered[]) =>
  upTo(call, all).filter(({ what }) => what === call.what).length;
const nthOf = (call: Entered, all: readonly Entered[]) =>
  upTo(call, all).filter(({ id, name }) => id === call.id && name === call.name).length;

/** Those that hit it in this very trace, and at last the one that counts everything. */
function aimsAt(call: Entered, all: readonly Entered[]): readonly Aim[] {
  const sameName = all.filter(({ name }) => name === call.name);
  for (const paths of filtersFor(call, sameName)) {
    const aim = aimWith(paths, call, sameName);
    if (aim) return [aim, plainAim(call, all)];
  }
  return [plainAim(call, all)];
}

const plainAim = (call: Entered, all: readonly Entered[]): Aim => ({
  name: call.name,
  nth: nthOf(call, all),
  paths: [],
  occurrence: occurrenceOf(call, all),
});

/** Its own paths; where another process comes to them first, with a path that only its own thread has had before. */
function* filtersFor(call: Entered, sameName: readonly Entered[]): Generator<readonly string[]> {
  const isFixed = (paths: readonly string[]) => paths.length > 0 && !paths.some((path) => drawn.test(path));
  const own = [call.named, call.open].filter(isFixed);
  yield* own;
  const before = upTo(call, sameName).filter(({ id }) => id === call.id);
  for (const paths of own) {
    for (const earlier of before.reverse()) {
      for (const more of [earlier.named, earlier.open].filter(isFixed)) yield [...paths, ...more];
    }
  }
}

/** The aim with these paths, if it hits the call before any other. */
function aimWith(paths: readonly string[], call: Entered, sameName: readonly Entered[]): Aim | undefined {
  const heeded = sameName.filter((one) => [...one.named, ...one.open].some((path) => paths.includes(path)));
  const nth = nthOf(call, heeded);
  if (heeded.find((one) => nthOf(one, heeded) === nth) !== call) return undefined;
  return { name: call.name, nth, paths, occurrence: occurrenceOf(call, heeded) };
}
