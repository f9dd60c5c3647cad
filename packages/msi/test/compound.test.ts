/** Compound files of both versions read back, in ranges, and without being loaded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { type ByteSource, bytesSource, openCompound } from '@holdfast/msi';
import fc from 'fast-check';
import { chain, chainLength } from '../src/compound/allocation.ts';
import { compoundFile } from './support/compound-writer.ts';

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .integer({ min: 4000, max: 20_000 })
    .map((size) => Uint8Array.from({ length: size }, (_, at) => at * 7 + size)),
);
const names = fc.string({
  minLength: 1,
  maxLength: 31,
  unit: fc.constantFrom('a', 'B', '_', '.', '\u3b3f', '\u0005'),
});

describe('compound files', () => {
  it('gives back every stream, whole and in any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, contents, { maxKeys: 8 }),
        fc.constantFrom(3 as const, 4 as const),
        fc.boolean(),
        fc.nat(25_000),
        fc.nat(25_000),
        async (streams, version, scattered, position, length) => {
          const storage = { name: 'inner', streams: { leaf: Uint8Array.of(1, 2, 3) } };
          const { inner: _, ...rest } = { ...streams };
          const file = await openCompound(
            bytesSource(compoundFile({ version, streams: rest, storage, scattered })),
          );
          assert.deepEqual([...file.root.streams.keys()].sort(), Object.keys(rest).sort());
          for (const [name, bytes] of Object.entries(rest)) {
            const entry = file.root.streams.get(name);
            assert.ok(entry);
            const source = file.open(entry);
            assert.deepEqual(Buffer.from(await source.read(0, source.size)), Buffer.from(bytes));
            const range = bytes.subarray(position, position + length);
            assert.deepEqual(Buffer.from(await source.read(position, length)), Buffer.from(range));
          }
          const leaf = file.root.storages.get('inner')?.streams.get('leaf');
          assert.ok(leaf);
          assert.deepEqual([...(await file.open(leaf).read(0, 9))], [1, 2, 3]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses chains that meet themselves, leave the file or end early', () => {
    const refused = (act: () => unknown) =>
      assert.throws(act, (thrown) => isHoldfastError(thrown, 'msi.invalid'));
    refused(() => chain(Uint32Array.of(1, 2, 0, 0xffff_fffe), 0, 4, 'test'));
    refused(() => chain(Uint32Array.of(99, 0xffff_fffe), 0, 2, 'test'));
    refused(() => chain(Uint32Array.of(1, 0xffff_fffe), 0, 3, 'test'));
    refused(() => chainLength(Uint32Array.of(1, 0), 0, 'test'));
    assert.deepEqual(chain(Uint32Array.of(1, 3, 9, 0xffff_fffe), 0, 3, 'test'), {
      firsts: [0, 3],
      starts: [0, 2],
      length: 3,
    });
  });

  it('refuses a directory whose entries are reached twice, and one that names entries that are not there', async () => {
    const whole = Buffer.from(compoundFile({ streams: { one: Uint8Array.of(1), two: Uint8Array.of(2) } }));
    const directory = whole.indexOf(Buffer.from('R\0o\0o\0t\0', 'latin1'));
    for (const target of [1, 2, 77]) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32LE(target, directory + 128 + 68);
      damaged.writeUInt32LE(target, directory + 256 + 68);
      await assert.rejects(openCompound(bytesSource(damaged)), (thrown) =>
        isHoldfastError(thrown, 'msi.invalid'),
      );
    }
  });

  it('reads the last byte of a stream of 2 GiB with little more memory than its FAT', async () => {
    const { source, size } = hugeFile();
    let most = 0;
    const counted: ByteSource = {
      size: source.size,
      read(position, length) {
        most = Math.max(most, length);
        return source.read(position, length);
      },
    };
    const before = process.memoryUsage().arrayBuffers;
    const file = await openCompound(counted);
    const entry = file.root.streams.get('huge.cab');
    assert.ok(entry);
    const stream = file.open(entry);
    assert.equal(stream.size, size);
    assert.deepEqual([...(await stream.read(size - 2, 10))], [7, 7]);
    assert.ok(most <= 1 << 20, `a read of ${most} bytes`);
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 * 2 ** 20);
  });
});

/** A file of version 4 with one stream of 2 GiB in it: only its tables exist, its content is sevens. */
function hugeFile(): { source: ByteSource; size: number } {
  const size = 2 ** 31 - 4096;
  const small = compoundFile({ version: 4, streams: { 'huge.cab': new Uint8Array(4096) } });
  const sector = 4096;
  const streamSectors = size / sector;
  const template = Buffer.from(small);
  // The template is header, stream, directory, FAT. Here the directory comes first, then the FAT, then the stream.
  const entries = template.subarray(2 * sector, 3 * sector);
  const fatSectors = Math.ceil((streamSectors + 1) / (sector / 4 - 1));
  const first = 1 + fatSectors;
  entries.writeUInt32LE(first, 128 + 116);
  entries.writeUInt32LE(size, 128 + 120);
  const header = template.subarray(0, sector);
  header.writeUInt32LE(fatSectors, 44);
  header.writeUInt32LE(0, 48);
  const inHeader = Math.min(109, fatSectors);
  for (let index = 0; index < 109; index += 1)
    header.writeUInt32LE(index < inHeader ? 1 + index : 0xffff_ffff, 76 + index * 4);
  const rest = fatSectors - inHeader;
  // FAT sectors beyond those of the header are named by one DIFAT sector behind the stream.
  const difatSector = first + streamSectors;
  header.writeUInt32LE(difatSector, 68);
  header.writeUInt32LE(1, 72);
  const difat = Buffer.alloc(sector, 0xff);
  for (let index = 0; index < rest; index += 1) difat.writeUInt32LE(1 + inHeader + index, index * 4);
  const fat = Buffer.alloc(fatSectors * sector, 0xff);
  fat.writeUInt32LE(0xffff_fffe, 0);
  for (let index = 0; index < streamSectors; index += 1) {
    fat.writeUInt32LE(index + 1 < streamSectors ? first + index + 1 : 0xffff_fffe, (first + index) * 4);
  }
  const head = Buffer.concat([header, entries, fat]);
  const tail = (difatSector + 1) * sector;
  return {
    size,
    source: {
      size: tail + sector,
      async read(position, length) {
        if (position + length <= head.length) return head.subarray(position, position + length);
        if (position >= tail) return difat.subarray(position - tail, position - tail + length);
        return Buffer.alloc(length, 7);
      },
    },
  };
}
