/** Reads the files of an .rpm: a lead, two headers, and a gzip of a cpio archive in the "new ASCII" form (rpm.org, "RPM V4 Package format"). */
import type { ByteSource } from '@holdfast/msi';
import { byteReader } from './byte-reader.ts';
import { mostEntries, type PackageEntry } from './entry.ts';
import { gunzip } from './gunzip.ts';
import { damagedPackage, partOf } from './part.ts';

const leadBytes = 96;
const introBytes = 16;
const entryBytes = 16;
const cpioHeaderBytes = 110;
const longestName = 64 * 1024;
const regularFile = 0o100000;
const typeMask = 0o170000;

/** @throws HoldfastError `component.damaged` */
export async function* rpmEntries(source: ByteSource): AsyncGenerator<PackageEntry> {
  const signatureEnd = await headerEnd(source, leadBytes);
  // The signature header alone is padded, to a multiple of eight.
  const start = await headerEnd(source, Math.ceil(signatureEnd / 8) * 8);
  yield* cpioEntries(gunzip(partOf(source, start, source.size - start)));
}

/** Where the header ends that begins here: an introduction, an index of fixed entries, a store. */
async function headerEnd(source: ByteSource, start: number): Promise<number> {
  const intro = Buffer.from(await source.read(start, introBytes));
  if (intro.length < introBytes || intro.readUInt32BE(0) !== 0x8eade801)
    throw damagedPackage('it is no .rpm');
  return start + introBytes + intro.readUInt32BE(8) * entryBytes + intro.readUInt32BE(12);
}

async function* cpioEntries(stream: AsyncIterable<Uint8Array>): AsyncGenerator<PackageEntry> {
  const reader = byteReader(stream);
  const padding = (length: number) => -length & 3;
  try {
    for (let count = 0; count < mostEntries; count += 1) {
      const header = Buffer.from((await reader.take(cpioHeaderBytes)) ?? []).toString('latin1');
      if (!/^07070[12][0-9a-f]{104}$/i.test(header)) throw damagedPackage('its archive is cut off');
      const field = (index: number) => Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
      const [mode, size, nameBytes] = [field(1), field(6), field(11)];
      if (nameBytes > longestName) throw damagedPackage('a path is too long');
      const name = await reader.take(nameBytes + padding(cpioHeaderBytes + nameBytes));
      if (name === undefined) throw damagedPackage('its archive is cut off');
      const path = Buffer.from(name.subarray(0, Math.max(nameBytes - 1, 0))).toString('utf8');
      if (path === 'TRAILER!!!') return;
      let left = size;
      async function* content(): AsyncGenerator<Uint8Array> {
        for await (const piece of reader.pieces(size)) {
          left -= piece.length;
          yield piece;
        }
      }
      if ((mode & typeMask) === regularFile) yield { paths: [path], size, content: content() };
      for await (const piece of reader.pieces(left)) left -= piece.length;
      if (left > 0 || (await reader.take(padding(size))) === undefined) {
        throw damagedPackage('its archive is cut off');
      }
    }
    throw damagedPackage(`it has more than ${mostEntries} entries`);
  } finally {
    await reader.close();
  }
}
