/** One life of a story, with a fork of the world before each of its calls that change something. */
import { noTrace, type Trace } from '../world/trace.ts';
import type { Carelessness } from './careless.ts';
import type { CrashStory, World } from './story.ts';

/** The world before the effect of a call; the last one of a course is after all of them. */
export type Moment<Outside> = World<Outside> & {
  /** Number of the call: 0, 1, ... */
  readonly at: number;
  readonly call: string;
};

export type Course<Outside> = {
  /** Calls that change the disk, or what runs. */
  readonly calls: number;
  /** Those that were asked for, and the end. */
  readonly moments: readonly Moment<Outside>[];
  readonly end: World<Outside>;
};

const changing: ReadonlySet<unknown> = new Set([
  'disk.create',
  'disk.rename',
  'disk.remove',
  'disk.removeFolder',
  'disk.syncFolder',
  'file.write',
  'file.truncate',
  'file.setTimes',
  'file.sync',
  'services.start',
  'services.stop',
]);

/** What a line of the trace says about a change of the disk or of what runs; undefined for anything else. */
export function changeOf([number, , operation, path, name, options]: readonly unknown[]): string | undefined {
  if (typeof number !== 'number') return undefined;
  if (operation === 'disk.folder') {
    const making = typeof options === 'object' && options !== null && 'create' in options && options.create;
    return making ? `disk.folder ${path}/${name}` : undefined;
  }
  if (!changing.has(operation)) return undefined;
  return `${operation} ${path}${typeof name === 'string' ? `/${name}` : ''}`;
}

/** A life that is about to be lived. */
export type Life<Outside> = {
  readonly story: CrashStory<Outside>;
  readonly world: World<Outside>;
  readonly start: 'first' | 'again';
  readonly careless?: Carelessness | undefined;
  /** Also told everything. */
  readonly trace?: Trace;
};

/**
 * Lives to the end on the disk of the world, and forks it before the calls that are chosen.
 * @throws what kept it from its end
 */
export async function courseOf<Outside>(
  { story, world, start, careless, trace = noTrace }: Life<Outside>,
  chosen: (at: number) => boolean,
): Promise<Course<Outside>> {
  const { disk } = world;
  const moments: Moment<Outside>[] = [];
  let calls = 0;
  let living: ReturnType<typeof story.live> | undefined;
  const outside = () => living?.outside() ?? world.outside;
  const watching: Trace = {
    ...trace,
    add(...parts) {
      trace.add(...parts);
      const call = changeOf(parts);
      if (call === undefined) return;
      if (chosen(calls)) moments.push({ at: calls, call, disk: disk.fork(), outside: outside() });
      calls += 1;
    },
  };
  careless?.spoil(disk);
  living = story.live(world, start, watching);
  await living.done;
  const end = { disk: disk.fork(), outside: outside() };
  return { calls, moments: [...moments, { at: calls, call: 'the end', ...end }], end };
}
