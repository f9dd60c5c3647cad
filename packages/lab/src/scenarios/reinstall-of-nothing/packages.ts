/** Two versions of a product as packages; the newer one in each way that a package can follow an older one. */
import { bytesSource, openDatabase, openProduct, type Product } from '@holdfast/msi';
import type { ProductDescription } from '@holdfast/msi/build';
import { programOf } from '../../windows/program-file.ts';
import { packageOf } from '../field/packages.ts';
import type { World } from './world.ts';

export const fileName = 'ledger.msi';
export const programPath = 'C:\\Program Files\\Ledger\\Ledger.exe';
export const oldCode = '{0D1A0110-0000-4000-8000-000000000110}';
const newCode = '{0D1A0110-0000-4000-8000-000000000111}';
const versions = { old: '1.0.0', new: '1.1.0' } as const;

export type Package = {
  readonly bytes: Uint8Array;
  readonly product: Product;
  readonly productCode: string;
  readonly version: string;
  /** The file that the installation lays down. */
  readonly program: Uint8Array;
};

async function ledger(version: string, productCode: string, removesOlder: boolean): Promise<Package> {
  const program = programOf(`${version}.0`, 'Ledger');
  const description: ProductDescription = {
    name: 'Ledger',
    manufacturer: 'Holdfast',
    version,
    architecture: 'x86',
    upgradeCode: '{0D1A0110-0000-4000-8000-00000000011F}',
    productCode,
    folder: 'ProgramFilesFolder/Ledger',
    files: [{ source: 'Ledger.exe' }],
    ...(removesOlder ? {} : { upgrade: false }),
  };
  const bytes = await packageOf(description, () => program);
  const product = await openProduct(await openDatabase(bytesSource(bytes)));
  return { bytes, product, productCode, version, program };
}

type Packages = { readonly old: Package; readonly sent: Readonly<Record<World['upgrade'], Package>> };

let made: Promise<Packages> | undefined;

async function make(): Promise<Packages> {
  return {
    old: await ledger(versions.old, oldCode, false),
    sent: {
      minor: await ledger(versions.new, oldCode, false),
      'other-code': await ledger(versions.new, newCode, false),
      major: await ledger(versions.new, newCode, true),
    },
  };
}

/** The version that is there, and the one that is sent. Compiled once in a process: nobody changes them. */
export async function packagesOf({ upgrade }: World): Promise<{ old: Package; sent: Package }> {
  made ??= make();
  const { old, sent } = await made;
  return { old, sent: sent[upgrade] };
}
