/** Opens a package of any kind that a client comes in, to take files out of it without its installer. */
import type { ClientPackageKind } from '@holdfast/contract';
import type { ByteSource } from '@holdfast/msi';
import { debEntries } from './deb.ts';
import type { PackageEntry } from './entry.ts';
import { gunzip } from './gunzip.ts';
import { rpmEntries } from './rpm.ts';
import { tarEntries } from './tar.ts';

/**
 * The files of a package, nothing of them verified.
 * @throws HoldfastError `component.damaged`, `msi.*`, `cab.*` where it cannot be read on; what came before stands
 */
export async function* packageEntries(
  kind: ClientPackageKind,
  source: ByteSource,
): AsyncGenerator<PackageEntry> {
  switch (kind) {
    case 'tar.gz':
      yield* tarEntries(gunzip(source));
      return;
    case 'deb':
      yield* debEntries(source);
      return;
    case 'rpm':
      yield* rpmEntries(source);
      return;
    case 'msi': {
      const { msiEntries } = await import('./msi.ts');
      yield* msiEntries(source);
    }
  }
}
