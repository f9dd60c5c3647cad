/** The engine's journal grows over its limit and is written anew as a snapshot, again and again. */
import { type Journal, openJournal } from '@holdfast/engine';
import type { CrashStory, Living, World } from '../crash/story.ts';
import type { Volume } from '../disk/volume.ts';
import { newVolume } from '../disk/volume.ts';
import { makeFolders, simulatedMachine } from '../machine/machine.ts';
import { randomFrom } from '../world/random.ts';
import { noTrace, type Trace } from '../world/trace.ts';

type Entry = { readonly number: number; readonly text: string };

/** The last entries, and how many there were: what is dropped makes the snapshot smaller than what led to it. */
type State = { readonly count: number; readonly last: readonly Entry[] };

type Outside = {
  /** Entries that were given to the journal, and those that it said are durable. */
  readonly given: number;
  readonly durable: number;
};

const folder = '/state';
const name = 'work.journal';

/** Entries that a recovery adds at most. */
const furtherEntries = 3;

type Drawn = {
  /** What each commit holds, in order. */
  readonly commits: readonly (readonly Entry[])[];
  readonly snapshotAfterBytes: number;
  readonly kept: number;
};

function draw(seed: number): Drawn {
  const random = randomFrom(`journal ${seed}`);
  let number = 0;
  const entry = (): Entry => {
    number += 1;
    const length = random.pick([0, 10, 60, 300, 700, 2_000]) + random.integer(40);
    return { number, text: Buffer.from(random.bytes(length)).toString('base64url') };
  };
  const commits = Array.from({ length: 12 + random.integer(12) }, () =>
    Array.from({ length: random.pick([1, 1, 1, 2, 5]) }, entry),
  );
  return { commits, snapshotAfterBytes: 600 + random.integer(3_000), kept: 1 + random.integer(6) };
}

/** The story of a journal that is drawn from the seed. */
export async function journalCompaction(seed: number): Promise<CrashStory<Outside>> {
  const drawn = draw(seed);
  const entries = drawn.commits.flat();
  const disk = newVolume();
  makeFolders(disk, folder);

  const stateAfter = (count: number): State => ({
    count,
    last: entries.slice(0, count).slice(-drawn.kept),
  });

  async function open(of: Volume, trace: Trace): Promise<Journal<State, Entry>> {
    const ports = simulatedMachine(0, { volume: of, trace }).ports('keeper');
    return await openJournal<State, Entry>({
      folder: await ports.disk.open(folder),
      name,
      initial: { count: 0, last: [] },
      reduce: (state, entry) => ({
        count: state.count + 1,
        last: [...state.last, entry].slice(-drawn.kept),
      }),
      snapshotAfterBytes: drawn.snapshotAfterBytes,
    });
  }

  /** @throws Error unless the journal is after as many entries as it may be */
  function check(journal: Journal<State, Entry>, { given, durable }: Outside): void {
    const { count } = journal.state;
    if (count < durable || count > given) {
      throw new Error(`it has ${count} entries, though ${durable} were durable and ${given} were given`);
    }
    const found = JSON.stringify(journal.state);
    if (found !== JSON.stringify(stateAfter(count))) throw new Error(`it is between two states: ${found}`);
    const commit = drawn.commits.findIndex((one) => one.some((entry) => entry.number === count + 1));
    if ((drawn.commits[commit]?.[0]?.number ?? count + 1) !== count + 1) {
      throw new Error(`it has the first ${count} entries: a commit is there in part`);
    }
  }

  function live(world: World<Outside>, start: 'first' | 'again', trace: Trace): Living<Outside> {
    let { outside } = world;
    const work = async () => {
      const journal = await open(world.disk, trace);
      if (start === 'again') check(journal, outside);
      outside = { given: journal.state.count, durable: journal.state.count };
      const most = start === 'first' ? entries.length : outside.given + furtherEntries;
      for (const commit of drawn.commits) {
        const [first] = commit;
        if (first === undefined || first.number <= outside.given || first.number > most) continue;
        outside = { ...outside, given: outside.given + commit.length };
        await journal.commit(...commit);
        outside = { ...outside, durable: outside.given };
      }
    };
    return { done: work(), outside: () => outside };
  }

  return {
    begin: { disk, outside: { given: 0, durable: 0 } },
    live,
    fallen: (outside) => outside,
    key: ({ given, durable }) => `${given} ${durable}`,
    async judge({ disk: left, outside }) {
      left.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
      try {
        check(await open(left, noTrace), outside);
        return [];
      } catch (thrown) {
        return [`after one more power cut: ${String(thrown)}`];
      }
    },
  };
}
