/** Reads the files of a Debian package: an ar archive (deb(5)) whose member data.tar.gz has them. */
import type { ByteSource } from '@holdfast/msi';
import type { PackageEntry } from './entry.ts';
import { gunzip } from './gunzip.ts';
import { damagedPackage, partOf } from './part.ts';
import { tarEntries } from './tar.ts';

const magic = '!<arch>\n';
const headerBytes = 60;

/** Members before the data: debian-binary, control.tar.gz, and what later versions of the form may add. */
const mostMembers = 16;

/** @throws HoldfastError `component.damaged` */
export async function* debEntries(source: ByteSource): AsyncGenerator<PackageEntry> {
  if ((await textAt(source, 0, magic.length)) !== magic) throw damagedPackage('it is no Debian package');
  let position = magic.length;
  for (let member = 0; member < mostMembers; member += 1) {
    const header = await textAt(source, position, headerBytes);
    const [, name, digits] = /^(\S{1,16}) *[\d ]{12}[\d ]{12}[\d ]{8}(\d{1,10}) *`\n$/.exec(header) ?? [];
    if (name === undefined || digits === undefined) break;
    const start = position + headerBytes;
    const size = Number(digits);
    if (name === 'data.tar.gz' || name === 'data.tar.gz/') {
      yield* tarEntries(gunzip(partOf(source, start, Math.min(size, source.size - start))));
      return;
    }
    position = start + size + (size % 2);
  }
  throw damagedPackage('it has no data.tar.gz');
}

async function textAt(source: ByteSource, position: number, length: number): Promise<string> {
  return Buffer.from(await source.read(position, length)).toString('latin1');
}
