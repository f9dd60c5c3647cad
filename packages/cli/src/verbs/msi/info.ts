/** `holdfast msi info`: the product in a package, and its summary information. */
import { type Database, summaryProperties, summaryText } from '@holdfast/msi';
import { bytes, facts } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { withPackage } from './open.ts';
import { transformsOf } from './transform-option.ts';

const kinds = {
  installer: 'installer',
  'merge-module': 'merge module: a part for other packages, which installs nothing by itself',
  transform: 'transform: changes to a package',
  patch: 'patch: transforms from one version to another',
} as const;

/** Values of the Property table; empty where a package (a merge module, a transform) has none. */
async function properties(database: Database): Promise<ReadonlyMap<string, string>> {
  if (!database.tables.includes('Property')) return new Map();
  const { rows } = await database.table('Property');
  return new Map(
    rows.flatMap(([name, value]) =>
      typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

async function summaryOf(database: Database): Promise<Record<string, string | number>> {
  const summary = await database.summary();
  return Object.fromEntries(
    Object.entries(summaryProperties).flatMap(([number, name]) => {
      const value = summary.get(Number(number));
      if (value === undefined) return [];
      if (value.kind === 'time') return [[name, new Date(value.time).toISOString()]];
      return [[name, value.kind === 'number' ? value.number : summaryText(value)]];
    }),
  );
}

export async function info(session: Session, path: string, options: Record<string, unknown>): Promise<void> {
  const about = async (database: Database, size: number) => {
    const of = await properties(database);
    const value = (name: string) => of.get(name) ?? null;
    return {
      kind: database.kind,
      product: {
        name: value('ProductName'),
        version: value('ProductVersion'),
        manufacturer: value('Manufacturer'),
        language: value('ProductLanguage'),
        productCode: value('ProductCode'),
        upgradeCode: value('UpgradeCode'),
      },
      summary: await summaryOf(database),
      codePage: database.codePage,
      tables: database.tables.length,
      streams: database.streams.length,
      size,
    };
  };
  const document = await withPackage(path, about, transformsOf(options));
  const { product, summary } = document;
  session.answer(document, () =>
    facts([
      ['kind', kinds[document.kind]],
      ['product', product.name ?? undefined],
      ['version', product.version ?? undefined],
      ['manufacturer', product.manufacturer ?? undefined],
      ['language', product.language ?? undefined],
      ['product code', product.productCode ?? undefined],
      ['upgrade code', product.upgradeCode ?? undefined],
      ['title', summary.title],
      ['subject', summary.subject],
      ['author', summary.author],
      ['comments', summary.comments],
      ['template', summary.template],
      ['package code', summary.packageCode],
      ['created', summary.created],
      ['last saved', summary.lastSaved],
      ['application', summary.application],
      ['code page', document.codePage],
      ['tables', document.tables],
      ['streams', document.streams],
      ['size', bytes(document.size)],
    ]),
  );
}
