/** A package to be written again: as it is, or with other properties. */
import { HoldfastError } from '@holdfast/contract';
import { invalid } from '../compound/errors.ts';
import type { Database } from './database.ts';
import type { PackageData } from './package-data.ts';
import { summaryName } from './stored.ts';

/** Made over the bytes of a package: no other bytes have it. */
const signatureNames = ['\u0005DigitalSignature', '\u0005MsiDigitalSignatureEx'];

/**
 * An opened package as data to be written; embedded storages are left out.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function dataOf(database: Database): Promise<PackageData> {
  // Of a name that comes twice, and of the summary in its packed form, there is one stream to copy.
  const names = new Set(database.streams.map(({ name }) => name));
  names.delete(summaryName);
  return {
    kind: database.kind,
    codePage: database.codePage,
    tables: await Promise.all(database.tables.map((name) => database.table(name))),
    streams: [...names].flatMap((name) => {
      const content = database.stream(name);
      return content === undefined ? [] : [{ name, content }];
    }),
    summary: await database.summary(),
  };
}

/**
 * The package with these properties in its Property table, in place of what it says of them. The package code stays:
 * whoever installed from the one may repair from the other.
 * @throws HoldfastError `msi.invalid` where it has no Property table, `request.invalid` where it has storages inside or
 * is no package that installs, `msi.limit`
 */
export async function withProperties(
  database: Database,
  properties: Readonly<Record<string, string>>,
): Promise<PackageData> {
  if (database.kind !== 'installer' || database.storages.length > 0) {
    throw new HoldfastError('request.invalid', 'Only a plain installation package can be given properties.');
  }
  const data = await dataOf(database);
  const table = data.tables.find(({ name }) => name === 'Property');
  if (table === undefined || table.columns.length !== 2) {
    throw invalid('table Property', 0, 'the package has none, or one of another form');
  }
  const kept = table.rows.filter(([name]) => typeof name !== 'string' || !Object.hasOwn(properties, name));
  const changed = { ...table, rows: [...kept, ...Object.entries(properties)] };
  return {
    ...data,
    tables: data.tables.map((one) => (one === table ? changed : one)),
    streams: data.streams.filter(({ name }) => !signatureNames.includes(name)),
  };
}
