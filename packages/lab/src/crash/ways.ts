/** The ways in which a machine goes down between two calls, by names that a command line can say. */
import type { Damage } from '../disk/damage.ts';

export type Way = {
  readonly name: string;
  /** What it does, in words. */
  readonly title: string;
  /** What becomes of the disk; `kill` ends the client and its programs only, and the disk goes on. */
  readonly damage: Damage | 'kill';
};

const random: Damage = { names: 'random', contents: 'random' };

const certain: readonly Way[] = [
  {
    name: 'all-lost',
    title: 'nothing that was on its way to the disk survives',
    damage: { names: 'lost', contents: 'lost' },
  },
  {
    name: 'all-kept',
    title: 'everything that was on its way survives',
    damage: { names: 'kept', contents: 'kept' },
  },
  {
    name: 'names-only',
    title: 'names survive, contents do not',
    damage: { names: 'kept', contents: 'lost' },
  },
  {
    name: 'contents-only',
    title: 'contents survive, names do not',
    damage: { names: 'lost', contents: 'kept' },
  },
  {
    name: 'killed',
    title: 'the client is killed with its programs; the machine and its disk go on',
    damage: 'kill',
  },
];

/** Ways by chance are `random-1`, `random-2`, ...: each draws on its own what is lost, kept or torn. */
function byChance(number: number): Way {
  return {
    name: `random-${number}`,
    title: 'some of what was on its way is lost, some kept, some torn',
    damage: random,
  };
}

/** All ways, with so many that are drawn. */
export function waysWith(randomWays: number): readonly Way[] {
  return [...certain, ...Array.from({ length: randomWays }, (_, index) => byChance(index + 1))];
}

/** Undefined for a name that no way has. */
export function wayNamed(name: string): Way | undefined {
  const [, number] = /^random-([1-9]\d{0,5})$/.exec(name) ?? [];
  return number === undefined ? certain.find((way) => way.name === name) : byChance(Number(number));
}
