/** Whether a transform is for a package: what its summary asks of the package, and which misfits it overlooks. */
import { HoldfastError } from '@holdfast/contract';
import type { Database } from '../database/database.ts';
import type { Summary } from '../database/summary.ts';
import type { Transform } from './open.ts';

/** Lower word of Character Count: what is no error when the transform is applied (MsiCreateTransformSummaryInfo). */
export const overlooks = {
  addExistingRow: 0x01,
  deleteMissingRow: 0x02,
  addExistingTable: 0x04,
  deleteMissingTable: 0x08,
  updateMissingRow: 0x10,
  changeCodePage: 0x20,
} as const;

/** Upper word of Character Count: what must be right of the package before the transform is applied. */
export const validations = {
  language: 0x001,
  product: 0x002,
  platform: 0x004,
  majorVersion: 0x008,
  minorVersion: 0x010,
  updateVersion: 0x020,
  versionLess: 0x040,
  versionLessOrEqual: 0x080,
  versionEqual: 0x100,
  versionGreaterOrEqual: 0x200,
  versionGreater: 0x400,
  upgradeCode: 0x800,
} as const;

const properties = { template: 7, revision: 9, characterCount: 16 } as const;

/** Characters of a message, and of each detail: names in a package may be megabytes. */
const mostShown = 400;

/** The transform is sound, and for another package (or another state of it). */
export function unfit(happened: string, details: Readonly<Record<string, string>> = {}): HoldfastError {
  const shown = happened.slice(0, mostShown);
  return new HoldfastError('msi.transform-unfit', `The transform does not fit the package: ${shown}`, {
    details: Object.fromEntries(
      Object.entries(details).map(([name, value]) => [name, value.slice(0, mostShown)]),
    ),
  });
}

export function textOf(summary: Summary, property: number): string {
  const value = summary.get(property);
  return value?.kind === 'text' ? value.text : '';
}

/** Both words of Character Count. */
export function conditionsOf(summary: Summary): { readonly overlooked: number; readonly validated: number } {
  const value = summary.get(properties.characterCount);
  const flags = value?.kind === 'number' ? value.number : 0;
  return { overlooked: flags & 0xffff, validated: flags >>> 16 };
}

type Target = { readonly code: string; readonly version: string; readonly upgradeCode: string };

/** Revision Number of a transform: `{original}1.0.0;{new}1.0.1;{upgrade}`. */
function targetOf(revision: string): Target {
  const [original = '', , upgradeCode = ''] = revision.split(';', 3).map((part) => part.trim());
  const end = original.indexOf('}') + 1;
  return { code: original.slice(0, end), version: original.slice(end).trim(), upgradeCode };
}

async function propertiesOf(database: Database): Promise<ReadonlyMap<string, string>> {
  if (!database.tables.includes('Property')) return new Map();
  const { rows } = await database.table('Property');
  return new Map(rows.map(([name, value]) => [String(name ?? ''), String(value ?? '')]));
}

/** How many fields of a version count; the widest that is asked for. */
function fieldsOf(validated: number): number {
  if ((validated & validations.updateVersion) !== 0) return 3;
  if ((validated & validations.minorVersion) !== 0) return 2;
  return (validated & validations.majorVersion) !== 0 ? 1 : 0;
}

function compareVersions(one: string, other: string, fields: number): number {
  const [left, right] = [one, other].map((version) => version.split('.', fields).map(Number));
  for (let field = 0; field < fields; field += 1) {
    const difference = (left?.[field] || 0) - (right?.[field] || 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Relations of the package's version to the one that the transform was made for. Equal where none is named. */
const relations: readonly (readonly [flag: number, words: string, holds: (order: number) => boolean])[] = [
  [validations.versionLess, 'below', (order) => order < 0],
  [validations.versionLessOrEqual, 'at most', (order) => order <= 0],
  [validations.versionEqual, 'exactly', (order) => order === 0],
  [validations.versionGreaterOrEqual, 'at least', (order) => order >= 0],
  [validations.versionGreater, 'above', (order) => order > 0],
];

function checkVersion(validated: number, own: string, asked: string): void {
  const fields = fieldsOf(validated);
  if (fields === 0) return;
  const order = compareVersions(own, asked, fields);
  const named = relations.filter(([flag]) => (validated & flag) !== 0);
  const used = named.length > 0 ? named : relations.filter(([flag]) => flag === validations.versionEqual);
  const failed = used.find(([, , holds]) => !holds(order));
  if (failed === undefined) return;
  const of = asked.split('.', fields).join('.');
  throw unfit(`it is for versions ${failed[1]} ${of}, and this is ${own || 'none'}`);
}

/**
 * Checks what the transform's summary asks to be checked, against the package as it is before.
 * @throws HoldfastError `msi.transform-unfit`, and what reading the package throws
 */
export async function checkFit(database: Database, transform: Transform): Promise<void> {
  const summary = await transform.summary();
  const { overlooked, validated } = conditionsOf(summary);
  const pages = [database.codePage, transform.codePage];
  const samePage = pages.includes(0) || pages[0] === pages[1];
  if (!samePage && (overlooked & overlooks.changeCodePage) === 0) {
    throw unfit(`it is written in code page ${pages[1]}, and the package in ${pages[0]}`);
  }
  if (validated === 0) return;
  const own = await propertiesOf(database);
  const target = targetOf(textOf(summary, properties.revision));
  const [platform = '', language = ''] = textOf(summary, properties.template).split(';', 2);
  const same = (flag: number, what: string, is: string, asked: string): void => {
    if ((validated & flag) === 0 || is.toUpperCase() === asked.trim().toUpperCase()) return;
    throw unfit(`it is for ${what} ${asked || 'of no name'}, and this is ${is || 'none'}`);
  };
  same(validations.product, 'product', own.get('ProductCode') ?? '', target.code);
  same(validations.upgradeCode, 'upgrade code', own.get('UpgradeCode') ?? '', target.upgradeCode);
  same(validations.language, 'language', own.get('ProductLanguage') ?? '', language);
  const [ownPlatform = ''] = textOf(await database.summary(), properties.template).split(';', 1);
  same(validations.platform, 'platform', ownPlatform.trim(), platform);
  checkVersion(validated, own.get('ProductVersion') ?? '', target.version);
}
