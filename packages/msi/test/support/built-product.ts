/** Packages that are built for a test and opened again. */
import {
  bytesSink,
  bytesSource,
  type Content,
  type Database,
  openContent,
  openDatabase,
  openProduct,
  type Product,
  writePackage,
} from '@holdfast/msi';
import { compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { programFile } from '../../src/root/file-version-writer.ts';

export type BuiltProduct = {
  readonly bytes: Uint8Array;
  readonly database: Database;
  readonly product: Product;
  readonly content: Content;
};

export const sources: Readonly<Record<string, Uint8Array>> = {
  'tool.exe': programFile([1, 2, 3, 4], [1033]),
  'tool-2.exe': programFile([2, 0, 0, 0], [1033]),
  'read me.txt': Buffer.from('Read me.\r\n'),
  'other.txt': Buffer.from('Other.\r\n'),
};

export const upgradeCode = '{0B3C8F7E-4A0B-4D0C-9D3C-7C3C8C1F3A22}';

/** A product with something of everything; `more` replaces its fields. */
export function toolDescription(more: Partial<ProductDescription> = {}): ProductDescription {
  return {
    name: 'Tool',
    manufacturer: 'Maker',
    version: '1.2.3',
    upgradeCode,
    folder: 'ProgramFiles64Folder/Maker/Tool',
    architecture: 'x64',
    features: [
      { id: 'Main', title: 'All that is needed' },
      { id: 'Extra', level: 3 },
      { id: 'Disabled', level: 0 },
    ],
    components: [
      {
        id: 'Program',
        files: [{ source: 'tool.exe', id: 'Tool' }],
        services: [{ name: 'ToolService', start: 'demand' }],
        shortcuts: [{ name: 'Tool', file: 'Tool', folder: 'ProgramMenuFolder/Maker' }],
        createFolders: ['logs'],
        environment: [{ name: 'TOOL', value: '[INSTALLDIR]' }],
      },
    ],
    files: [
      { source: 'read me.txt', folder: 'doc', id: 'ReadMe' },
      { source: 'other.txt', folder: 'doc', id: 'Other', feature: 'Extra' },
    ],
    registry: [
      { root: 'HKLM', key: 'Software\\Maker\\Tool', name: 'Folder', value: '[INSTALLDIR]' },
      { root: 'HKLM', key: 'Software\\Maker\\Tool', name: 'Number', value: 7 },
      { root: 'HKLM', key: 'Software\\Maker\\Tool', name: 'List', value: ['one', 'two'] },
    ],
    ...more,
  };
}

export async function builtProduct(description: ProductDescription): Promise<BuiltProduct> {
  const compiled = await compileProduct(description, async (source) => {
    const bytes = sources[source];
    if (bytes === undefined) throw new Error(`no source ${source}`);
    return bytesSource(bytes);
  });
  const sink = bytesSink();
  await writePackage(compiled.data, sink);
  const bytes = sink.bytes();
  const database = await openDatabase(bytesSource(bytes));
  const product = await openProduct(database);
  const content = openContent(database, product, { neighbours: async () => undefined });
  return { bytes, database, product, content };
}
