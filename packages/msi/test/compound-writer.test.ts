/** Compound files that are written: read back, their trees and tables checked by hand, long ones without memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  type ByteSink,
  type ByteSource,
  bytesSink,
  bytesSource,
  openCompound,
  type StorageContent,
  type StorageEntry,
} from '@holdfast/msi';
import fc from 'fast-check';
import { compareNames } from '../src/compound/directory.ts';
import { writeCompound } from '../src/compound/writer.ts';

const sizes = [0, 1, 63, 64, 65, 511, 512, 513, 4032, 4095, 4096, 4097, 4608, 9000];
const classId = Uint8Array.from({ length: 16 }, (_, index) => index);
const none = 0xffff_ffff;

function filled(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = at * 31 + (at >> 8) + seed;
  return bytes;
}

function storage(streams: Readonly<Record<string, Uint8Array>>, ...storages: StorageContent['storages']) {
  return {
    classId,
    streams: Object.entries(streams).map(([name, bytes]) => ({ name, content: bytesSource(bytes) })),
    storages,
  };
}

async function bytesOf(content: StorageContent): Promise<Uint8Array> {
  const sink = bytesSink();
  const length = await writeCompound(content, sink);
  assert.equal(sink.bytes().length, length);
  return sink.bytes();
}

const names = fc.string({
  minLength: 1,
  maxLength: 31,
  unit: fc.constantFrom('a', 'b', '_', '.', 'ß', 'é', '\u3b3f', '\u0005'),
});

/** Entries as they stand in the directory. */
function entriesIn(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sectorSize = 2 ** view.getUint16(30, true);
  const fatAt = (view.getUint32(76, true) + 1) * sectorSize;
  const entries = [];
  for (let sector = view.getUint32(48, true); sector < 0xffff_fff0; ) {
    for (let at = (sector + 1) * sectorSize; at < (sector + 2) * sectorSize; at += 128) {
      const units = view.getUint16(at + 64, true) / 2 - 1;
      const name = Array.from({ length: Math.max(0, units) }, (_, unit) =>
        view.getUint16(at + unit * 2, true),
      );
      entries.push({
        name: String.fromCharCode(...name),
        type: view.getUint8(at + 66),
        black: view.getUint8(at + 67) === 1,
        left: view.getUint32(at + 68, true),
        right: view.getUint32(at + 72, true),
        child: view.getUint32(at + 76, true),
      });
    }
    sector = view.getUint32(fatAt + sector * 4, true);
  }
  return entries;
}

/** Black entries on every way down; fails where the tree is not red-black, or not in order. */
function blackHeight(entries: ReturnType<typeof entriesIn>, index: number, found: string[]): number {
  if (index === none) return 0;
  const entry = entries[index];
  assert.ok(entry);
  const left = blackHeight(entries, entry.left, found);
  found.push(entry.name);
  const right = blackHeight(entries, entry.right, found);
  assert.equal(left, right, 'as many black entries on both sides');
  for (const child of [entry.left, entry.right]) {
    assert.ok(entry.black || entries[child]?.black !== false, 'no red entry below a red one');
  }
  return left + (entry.black ? 1 : 0);
}

/** A sink that keeps what is all one byte as that: gigabytes of it. */
function thinSink(): ByteSink & { source(): ByteSource; longest: number; ascending: boolean } {
  const kept: { position: number; length: number; bytes: Uint8Array }[] = [];
  const sink = {
    longest: 0,
    ascending: true,
    async write(position: number, data: Uint8Array) {
      const last = kept.at(-1);
      sink.longest = Math.max(sink.longest, data.length);
      sink.ascending &&= position === (last === undefined ? 0 : last.position + last.length);
      const even = data.length > 1 && Buffer.compare(data.subarray(1), data.subarray(0, -1)) === 0;
      kept.push({ position, length: data.length, bytes: even ? data.slice(0, 1) : data.slice() });
    },
    source(): ByteSource {
      const last = kept.at(-1);
      return {
        size: last === undefined ? 0 : last.position + last.length,
        async read(position, length) {
          const result = new Uint8Array(length);
          for (const piece of kept) {
            const from = Math.max(position, piece.position);
            const to = Math.min(position + length, piece.position + piece.length);
            if (from >= to) continue;
            const inside = piece.bytes.subarray(from - piece.position, to - piece.position);
            if (piece.bytes.length === 1) result.fill(piece.bytes[0] ?? 0, from - position, to - position);
            else result.set(inside, from - position);
          }
          return result;
        },
      };
    },
  };
  return sink;
}

describe('the writer of compound files', () => {
  it('writes streams of every size and storages in storages that read back alike', async () => {
    const contents = fc.record({ size: fc.constantFrom(...sizes), seed: fc.nat(255) });
    const level = fc.dictionary(names, contents, { maxKeys: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(level, { minLength: 1, maxLength: 3 }), async (levels) => {
        const made = levels.map((streams) =>
          Object.fromEntries(
            Object.entries(streams).map(([name, { size, seed }]) => [name, filled(size, seed)]),
          ),
        );
        const [outer = {}, middle = {}, innermost = {}] = made;
        const inner = { ...storage(innermost), name: 'Inner1' };
        const nested = storage(outer, { ...storage(middle, inner), name: 'Inner1' });
        const file = await openCompound(bytesSource(await bytesOf(nested)));
        assert.equal(file.version, 3);
        let at: StorageEntry | undefined = file.root;
        for (const streams of made) {
          assert.ok(at);
          assert.deepEqual([...at.classId], [...classId]);
          assert.deepEqual([...at.streams.keys()].sort(), Object.keys(streams).sort());
          for (const [name, bytes] of Object.entries(streams)) {
            const entry = at.streams.get(name);
            assert.ok(entry);
            assert.deepEqual(Buffer.from(await file.open(entry).read(0, 10_000)), Buffer.from(bytes));
          }
          at = at.storages.get('Inner1');
        }
      }),
      { numRuns: 100, examples: [[[{}]]] },
    );
  });

  it('writes the same bytes in whichever order the streams come', async () => {
    const streams = Object.fromEntries(sizes.map((size, index) => [`s${index}`, filled(size, index)]));
    const turned = Object.fromEntries(Object.entries(streams).reverse());
    assert.deepEqual(await bytesOf(storage(streams)), await bytesOf(storage(turned)));
  });

  it('hangs its directory into a red-black tree in the order of the format', async () => {
    for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 100, 1000]) {
      const streams = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `${'Éa'.repeat(index % 5)}${(index * 7919) % 1009}`,
          filled(1, 0),
        ]),
      );
      const entries = entriesIn(await bytesOf(storage(streams)));
      const found: string[] = [];
      const [root] = entries;
      assert.ok(root);
      blackHeight(entries, root.child, found);
      assert.equal(root.type, 5);
      assert.deepEqual(found, Object.keys(streams).sort(compareNames), `${count} entries`);
      assert.equal(entries.filter((entry) => entry.type === 2).length, count);
    }
  });

  it('takes names as the same whose units differ in case only, and those that grow as different', async () => {
    const invalid = (thrown: unknown) => isHoldfastError(thrown, 'msi.invalid');
    await assert.rejects(bytesOf(storage({ abc: filled(1, 0), aBc: filled(1, 0) })), invalid);
    const file = await openCompound(
      bytesSource(await bytesOf(storage({ ß: filled(1, 0), s: filled(2, 0), ss: filled(3, 0) }))),
    );
    assert.deepEqual([...file.root.streams.keys()], ['s', 'ß', 'ss']);
  });

  it('names FAT sectors in DIFAT sectors from the 110th on', async () => {
    // One FAT sector stands for 128 sectors, and the header names 109: about 7,140,000 bytes.
    for (const sectors of [13_830, 13_838, 13_839, 13_840, 13_841, 13_842, 30_000, 32_300]) {
      const large = filled(sectors * 512, sectors & 0xff);
      const bytes = await bytesOf(storage({ large, small: filled(100, 1) }));
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const fatSectors = view.getUint32(44, true);
      const difatSectors = view.getUint32(72, true);
      assert.equal(difatSectors, Math.ceil(Math.max(0, fatSectors - 109) / 127));
      assert.equal(bytes.length % 512, 0);
      assert.ok(fatSectors * 128 >= bytes.length / 512 - 1, 'every sector has its place in the FAT');
      assert.ok((fatSectors - 1) * 128 < bytes.length / 512 - 1, 'no FAT sector is needless');
      const fat = (view.getUint32(76, true) + 1) * 512;
      const marks = Array.from({ length: fatSectors + difatSectors }, (_, at) =>
        view.getUint32(fat + at * 4, true),
      );
      assert.equal(marks.filter((mark) => mark === 0xffff_fffd).length, fatSectors);
      assert.equal(marks.filter((mark) => mark === 0xffff_fffc).length, difatSectors);
      const file = await openCompound(bytesSource(bytes));
      const entry = file.root.streams.get('large');
      assert.ok(entry);
      assert.equal(Buffer.compare(await file.open(entry).read(0, large.length), large), 0);
    }
  });

  it('writes more than 2 GiB as version 4, around the bytes that are locked, piece by piece', async () => {
    const size = 2 ** 31 + 5_000_000;
    const piece = new Uint8Array(1 << 20);
    let longestRead = 0;
    const content: ByteSource = {
      size,
      async read(position, length) {
        longestRead = Math.max(longestRead, length);
        return piece.subarray(0, length).fill((position >> 20) & 0xff);
      },
    };
    const sink = thinSink();
    const streams = [
      ...storage({ small: filled(100, 1), other: filled(5000, 2) }).streams,
      { name: 'huge', content },
    ];
    const length = await writeCompound({ classId, streams, storages: [] }, sink);
    const source = sink.source();
    assert.equal(source.size, length);
    assert.ok(sink.ascending);
    assert.ok(longestRead <= 1 << 20 && sink.longest <= 1 << 20);
    const file = await openCompound(source);
    assert.equal(file.version, 4);
    const lockSector = 0x7fff_f000 / 4096 - 1;
    for (const [name, position, expected] of [
      ['small', 0, 1],
      ['other', 0, 2],
      ['huge', 0, 0],
      ['huge', 5 << 20, 5],
      ['huge', size - 1, ((size - 1) >>> 20) & 0xff],
    ] as const) {
      const entry = file.root.streams.get(name);
      assert.ok(entry);
      assert.deepEqual([...(await file.open(entry).read(position, 1))], [expected], `${name} at ${position}`);
    }
    const huge = file.root.streams.get('huge');
    assert.ok(huge);
    const before = (lockSector - huge.start) * 4096;
    const around = await file.open(huge).read(before - 4096, 8192);
    assert.deepEqual(
      [...new Set(around)].sort(),
      [...new Set([(before - 4096) >>> 20, before >>> 20].map((part) => part & 0xff))].sort(),
    );
    const locked = await source.read(0x7fff_f000, 4096);
    assert.ok(
      locked.every((byte) => byte === 0),
      'nothing lies in the locked bytes',
    );
  });

  it('keeps version 3 up to 2 GiB', async () => {
    const piece = new Uint8Array(1 << 20);
    const size = 2 ** 31 - 17_000_000;
    const content: ByteSource = { size, read: async (_, length) => piece.subarray(0, length) };
    const sink = thinSink();
    await writeCompound({ classId, streams: [{ name: 'huge', content }], storages: [] }, sink);
    const file = await openCompound(sink.source());
    assert.equal(file.version, 3);
    assert.equal(file.root.streams.get('huge')?.size, size);
  });

  it('refuses names that cannot be, names that come twice, and contents that end early', async () => {
    const invalid = (thrown: unknown) => isHoldfastError(thrown, 'msi.invalid');
    for (const name of ['', 'a/b', 'a\\b', 'a:b', 'a!b', 'x'.repeat(32)]) {
      await assert.rejects(bytesOf(storage({ [name]: filled(1, 0) })), invalid, name);
    }
    const twice = [...storage({ a: filled(1, 0) }).streams, ...storage({ a: filled(2, 0) }).streams];
    await assert.rejects(bytesOf({ classId, streams: twice, storages: [] }), invalid);
    const withStorage = storage({ a: filled(1, 0) }, { ...storage({}), name: 'A' });
    await assert.rejects(bytesOf(withStorage), invalid);
    const short: ByteSource = { size: 10, read: async (position) => filled(position < 5 ? 5 : 0, 0) };
    await assert.rejects(
      bytesOf({ classId, streams: [{ name: 'a', content: short }], storages: [] }),
      invalid,
    );
  });
});
