/** The journal over files that chance has spoilt: a coded error or a state that once was, never a hole in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { simulatedMachine } from '@holdfast/lab';
import type { Folder } from '@holdfast/ports';
import fc from 'fast-check';
import { encodeFrame, readFrames } from '../src/frames.ts';
import { openJournal } from '../src/index.ts';

const name = 'test.journal';
const marker = [0x1e, 0x48, 0x46, 0x31];

/** Commits as they are in a file, and where each frame ends; the first is the snapshot. */
type Written = { readonly file: Buffer; readonly ends: readonly number[] };

function written(commits: readonly (readonly string[])[]): Written {
  const frames = [{ snapshot: [] }, ...commits.map((entries) => ({ entries }))].map(encodeFrame);
  let end = 0;
  const ends = frames.map((frame) => {
    end += frame.length;
    return end;
  });
  return { file: Buffer.concat(frames), ends };
}

const someCommits = fc
  .array(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((commits) => ({ commits, ...written(commits) }));

/** The state of a journal with this content; the code where it does not open. Anything else is thrown. */
async function stateOf(file: Uint8Array): Promise<readonly string[] | string> {
  const folder = await simulatedMachine(1, { folders: ['/state'] })
    .ports('reader')
    .disk.open('/state');
  const made = await folder.create(name);
  await made.write(0, file);
  await made.close();
  return await opened(folder);
}

async function opened(folder: Folder): Promise<readonly string[] | string> {
  try {
    const journal = await openJournal<readonly string[], string>({
      folder,
      name,
      initial: [],
      reduce: (state, entry) => [...state, entry],
    });
    await journal.close();
    return journal.state;
  } catch (thrown) {
    if (isHoldfastError(thrown)) return thrown.code;
    throw thrown;
  }
}

const flat = (commits: readonly (readonly string[])[], count: number) => commits.slice(0, count).flat();

test('a flipped bit in any frame but the last is damage; in the last it costs that commit alone', async () => {
  await fc.assert(
    fc.asyncProperty(someCommits, fc.nat(), fc.nat(7), async ({ file, ends, commits }, place, bit) => {
      const spoilt = Buffer.from(file);
      const at = place % file.length;
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << bit);
      const frame = ends.findIndex((end) => at < end);
      const expected = frame === commits.length ? flat(commits, commits.length - 1) : 'journal.damaged';
      assert.deepEqual(await stateOf(spoilt), expected);
    }),
  );
});

test('a file that is cut off anywhere holds the commits that are whole', async () => {
  await fc.assert(
    fc.asyncProperty(someCommits, fc.nat(), async ({ file, ends, commits }, place) => {
      const length = place % file.length;
      const whole = ends.filter((end) => end <= length).length;
      const expected = whole === 0 ? 'journal.damaged' : flat(commits, whole - 1);
      assert.deepEqual(await stateOf(file.subarray(0, length)), expected);
    }),
  );
});

test('bytes in the place of others, or between them, never make a committed frame in the middle disappear', async () => {
  const noise = fc.uint8Array({ maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(someCommits, fc.nat(), fc.boolean(), noise, async (journal, place, over, bytes) => {
      const { file, commits } = journal;
      const at = place % file.length;
      const spoilt = Buffer.concat([
        file.subarray(0, at),
        bytes,
        file.subarray(at + (over ? bytes.length : 0)),
      ]);
      const state = await stateOf(spoilt);
      if (typeof state === 'string') return assert.equal(state, 'journal.damaged');
      const prefixes = [commits, ...commits.map((_, count) => commits.slice(0, count))];
      assert.ok(prefixes.some((prefix) => JSON.stringify(prefix.flat()) === JSON.stringify(state)));
    }),
  );
});

test('any bytes at all are a state or a coded error', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from(marker)),
    fc.jsonValue().map(encodeFrame),
    fc.constantFrom({ snapshot: [] }, { entries: ['a'] }, { entries: null }, null, 1).map(encodeFrame),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const state = await stateOf(Buffer.concat(pieces));
      assert.ok(state === 'journal.damaged' || Array.isArray(state), JSON.stringify(state));
    }),
    { examples: [[[{ snapshot: [] }, null].map(encodeFrame)]] },
  );
});

test('a file of nothing but beginnings of frames is read in a moment', () => {
  const beginning = Buffer.alloc(12);
  Buffer.from(marker).copy(beginning);
  const file = Buffer.concat(Array.from({ length: 40_000 }, () => beginning));
  for (let at = 0; at < file.length; at += 12) file.writeUInt32LE(file.length - at - 12, at + 4);
  const before = process.cpuUsage();
  assert.equal(readFrames(file).end, 0);
  assert.ok(process.cpuUsage(before).user < 1_000_000, 'more than a second');
});
