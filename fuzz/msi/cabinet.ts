/** Cabinets, alone and in sets: headers, folders, files, blocks, names, and what they unpack to. */
import { bytesSource, type CabinetSet, openCabinetSet, safePaths, unpack } from '@holdfast/msi';
import type { Random } from '../../packages/lab/src/world/random.ts';
import { packLzx } from '../../packages/msi/test/cabinet-lzx-packer.ts';
import { cabinet, lzx, mszip, stored } from '../../packages/msi/test/cabinet-support.ts';
import { mutate } from '../mutate.ts';
import { outcomeOf, outcomeOfAll, promise, type Target, wasRead } from '../target.ts';
import { type CabinetPlan, cabinetPlan, repairCabinet } from './cabinet-plan.ts';
import { escapeOf } from './escape.ts';

const data = Buffer.from(Array.from({ length: 1500 }, (_, at) => (at * at) % 61));
const files = [
  { name: 'one', size: 500, offset: 0 },
  { name: 'sub\\two', size: 900, offset: 500 },
  { name: 'sub\\twin', size: 900, offset: 500 },
];
/** Shorter than a block each, so that block sizes that differ from the usual one are tried as well. */
const halves = [data.subarray(0, 700), data.subarray(700)];

const seeds: readonly CabinetPlan[] = [
  cabinet({ files, blocks: stored(data), reserve: [4, 1, 2] }),
  cabinet({ files, blocks: halves.flatMap(stored) }),
  cabinet({ files, blocks: mszip(data), compression: 1 }),
  cabinet({ files, blocks: halves.flatMap(mszip), compression: 1, reserve: [0, 0, 4] }),
  cabinet({ files, blocks: mszip(data), compression: 1, folders: 3 }),
  cabinet({ files, blocks: packLzx(data, 15, () => 'verbatim'), compression: lzx(15) }),
  cabinet({ files, blocks: packLzx(data, 16, () => 'aligned'), compression: lzx(16) }),
  cabinet({ files, blocks: packLzx(data, 21, () => 'uncompressed'), compression: lzx(21) }),
].map((bytes) => cabinetPlan(Uint8Array.from(bytes)));

/** What every opened set keeps: names that are accepted stay inside, and no more is unpacked than was declared. */
async function readSet(set: CabinetSet): Promise<string> {
  const named = await outcomeOf(async () => {
    const why = escapeOf(safePaths(set.files.map(({ name }) => name)));
    promise(why === undefined, () => `accepted although ${why}`);
  });
  const unpacked = await outcomeOf(async () => {
    for await (const { files: same, content } of unpack(set)) {
      let given = 0;
      for await (const piece of content) given += piece.length;
      const [file] = same;
      promise(given === file?.size, () => `${given} bytes of a file of ${file?.size}`);
    }
  });
  return named === wasRead ? unpacked : named;
}

function makeCabinet(random: Random, plans: readonly CabinetPlan[], kept: readonly Uint8Array[]): Uint8Array {
  const bytes = mutate(random, plans, kept);
  const plan = random.pick(plans);
  // The blocks of another seed are elsewhere: then nothing that matters is touched.
  if (random.chance(1, 2)) repairCabinet(bytes, plan.blocks);
  return bytes;
}

const alone: Target = {
  name: 'cabinet',
  sound: seeds.map(({ bytes }) => bytes),
  make(random, kept) {
    // One seed at a time, so that its own blocks are repaired; crossed with another now and then.
    const plans = random.chance(1, 10) ? seeds : [random.pick(seeds)];
    return makeCabinet(random, plans, kept);
  },
  async run(bytes) {
    let outcome = wasRead;
    const opened = await outcomeOf(async () => {
      outcome = await readSet(await openCabinetSet(bytesSource(bytes)));
    });
    return opened === wasRead ? outcome : opened;
  },
};

const divided = { name: 'long', size: 1500, offset: 0 };
/** One file that goes on through three cabinets, and one divided block between the first two. */
const members: readonly CabinetPlan[] = [
  cabinet({
    files: [{ ...divided, folder: 0xfffe }],
    blocks: [...stored(data.subarray(0, 400)), { packed: data.subarray(400, 500), size: 0 }],
    next: 'b.cab',
  }),
  cabinet({
    files: [{ ...divided, folder: 0xffff }],
    blocks: [{ packed: data.subarray(500, 700), size: 300 }, ...stored(data.subarray(700, 900))],
    previous: 'a.cab',
    next: 'c.cab',
    index: 1,
  }),
  cabinet({
    files: [
      { ...divided, folder: 0xfffd },
      { name: 'last', size: 0, offset: 1500 },
    ],
    blocks: stored(data.subarray(900)),
    previous: 'b.cab',
    index: 2,
  }),
].map((bytes) => cabinetPlan(Uint8Array.from(bytes)));

/** Cabinets behind each other, each with two bytes of its length in front. */
function joined(cabinets: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat(
      cabinets.flatMap((one) => [Uint8Array.of(one.length & 0xff, (one.length >>> 8) & 0xff), one]),
    ),
  );
}

function parted(bytes: Uint8Array): Uint8Array[] {
  const cabinets: Uint8Array[] = [];
  for (let at = 0; at + 2 <= bytes.length && cabinets.length < 5; ) {
    const end = at + 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
    cabinets.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return cabinets;
}

const set: Target = {
  name: 'cabinet-set',
  sound: [joined(members.map(({ bytes }) => bytes))],
  make(random) {
    const made = members.map((plan) => (random.chance(1, 2) ? makeCabinet(random, [plan], []) : plan.bytes));
    if (random.chance(1, 8)) made.reverse();
    return joined(made);
  },
  async run(bytes) {
    const cabinets = parted(bytes);
    const named = new Map(cabinets.map((one, index) => [`${'abcde'[index]}.cab`, one]));
    const read = (first: Uint8Array) => async () => {
      const opened = await openCabinetSet(bytesSource(first), async (name) => {
        const found = named.get(name.toLowerCase());
        return found === undefined ? undefined : bytesSource(found);
      });
      const outcome = await readSet(opened);
      promise(outcome !== 'not-found', () => 'a cabinet answered as a package does');
    };
    return outcomeOfAll(cabinets.map(read));
  },
};

export const cabinetTargets: readonly Target[] = [alone, set];
