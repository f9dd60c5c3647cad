/** What a product says of itself: properties, searches, launch conditions, and what it replaces. */
import type { ProductDescription, UpgradeDescription } from './description.ts';
import { derivedId, stableGuid } from './names.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

/** Set where FindRelatedProducts finds a version to be replaced, or one that is newer. */
const olderFound = 'OLDERVERSIONFOUND';
const newerFound = 'NEWERVERSIONFOUND';
const upgradeBits = { migrate: 1, onlyDetect: 2, includeMinimum: 256, includeMaximum: 512 } as const;
const standardLanguage = 1033;

export const languageOf = ({ language }: ProductDescription): number => language ?? standardLanguage;

/** The same version for another architecture or in another language is another product. */
export function productCodeOf(product: ProductDescription): string {
  if (product.productCode !== undefined) return product.productCode.toUpperCase();
  const { upgradeCode, version, architecture = 'x64' } = product;
  return stableGuid(upgradeCode, `product:${version}:${languageOf(product)}:${architecture}`);
}

/** Properties that Programs and Features shows, by the field that they come from. */
const programsProperties = {
  contact: 'ARPCONTACT',
  helpLink: 'ARPHELPLINK',
  helpTelephone: 'ARPHELPTELEPHONE',
  aboutLink: 'ARPURLINFOABOUT',
  updateLink: 'ARPURLUPDATEINFO',
  comments: 'ARPCOMMENTS',
  readMe: 'ARPREADME',
  noModify: 'ARPNOMODIFY',
  noRepair: 'ARPNOREPAIR',
  noRemove: 'ARPNOREMOVE',
  hidden: 'ARPSYSTEMCOMPONENT',
} as const;

function checkVersion(version: string, field: string): void {
  const numbers = version.split('.').map(Number);
  const most = [255, 255, 65_535, 65_535];
  for (const [index, number] of numbers.entries()) {
    if (number > (most[index] ?? 0)) {
      throw wrong(field, `${number} is more than the ${most[index]} that its place in a version allows`);
    }
  }
}

type Words = { readonly secure: string[]; readonly hidden: string[] };

function ownProperties(product: ProductDescription): [name: string, value: string, field: string][] {
  const { name, manufacturer, version, upgradeCode, scope = 'machine', programs = {} } = product;
  const fixed: [string, string, string][] = [
    ['ProductName', name, 'name'],
    ['Manufacturer', manufacturer, 'manufacturer'],
    ['ProductVersion', version, 'version'],
    ['ProductLanguage', String(languageOf(product)), 'language'],
    ['ProductCode', productCodeOf(product), 'productCode'],
    ['UpgradeCode', upgradeCode.toUpperCase(), 'upgradeCode'],
  ];
  if (scope === 'machine') fixed.push(['ALLUSERS', '1', 'scope']);
  for (const [field, property] of Object.entries(programsProperties)) {
    const value = programs[field as keyof typeof programsProperties];
    if (value === undefined || value === false) continue;
    fixed.push([property, value === true ? '1' : value, `programs.${field}`]);
  }
  return fixed;
}

function writeUpgrade(
  product: ProductDescription,
  upgrade: UpgradeDescription,
  rows: Rows,
  words: Words,
): void {
  const { upgradeCode, version } = product;
  const migrate = upgrade.migrateFeatures === false ? 0 : upgradeBits.migrate;
  const add = (field: string, code: string, cells: Record<string, string | number | undefined>): void => {
    rows.add('Upgrade', field, { UpgradeCode: code.toUpperCase(), ...cells });
    words.secure.push(String(cells.ActionProperty));
  };
  // The Windows Installer compares three numbers: where only the fourth is greater, the version is the same to it.
  const { allowSameVersion = version.split('.').length > 3 } = upgrade;
  const sameToo = allowSameVersion ? upgradeBits.includeMaximum : 0;
  add('upgrade', upgradeCode, {
    VersionMin: '0.0.0',
    VersionMax: upgrade.allowDowngrade ? undefined : version,
    Attributes: migrate | upgradeBits.includeMinimum | (upgrade.allowDowngrade ? 0 : sameToo),
    ActionProperty: olderFound,
  });
  if (!upgrade.allowDowngrade) {
    add('upgrade', upgradeCode, {
      VersionMin: version,
      Attributes: upgradeBits.onlyDetect,
      ActionProperty: newerFound,
    });
    rows.add('LaunchCondition', 'upgrade.newerMessage', {
      Condition: `Installed OR NOT ${newerFound}`,
      Description: upgrade.newerMessage ?? `A newer version of ${product.name} is installed already.`,
    });
  }
  for (const [index, other] of (upgrade.others ?? []).entries()) {
    const field = `upgrade.others[${index}]`;
    if (other.minimum === undefined && other.maximum === undefined) {
      throw wrong(field, 'give minimum or maximum, or both');
    }
    add(field, other.upgradeCode, {
      VersionMin: other.minimum,
      VersionMax: other.maximum,
      Attributes:
        (other.detectOnly ? upgradeBits.onlyDetect : migrate) |
        (other.includeMinimum === false ? 0 : upgradeBits.includeMinimum) |
        (other.includeMaximum ? upgradeBits.includeMaximum : 0),
      ActionProperty: other.property,
    });
  }
}

const searchRoots = { HKCR: 0, HKCU: 1, HKLM: 2, HKU: 3 } as const;
/** Types of RegLocator: a raw value, of the 64-bit registry. */
const rawValue = 2;
const wideRegistry = 16;

function writeSearches({ searches, architecture }: ProductDescription, rows: Rows, words: Words): void {
  for (const [index, { property, registry, file }] of (searches ?? []).entries()) {
    const field = `searches[${index}]`;
    const Signature_ = derivedId(property, `${field}:${property}`);
    if ((registry === undefined) === (file === undefined)) throw wrong(field, 'give either registry or file');
    if (registry !== undefined) {
      const wide = (registry.bits ?? (architecture === 'x86' ? 32 : 64)) === 64;
      rows.add('RegLocator', field, {
        Signature_,
        Root: searchRoots[registry.root],
        Key: registry.key,
        Name: registry.name,
        Type: rawValue | (wide ? wideRegistry : 0),
      });
    }
    if (file !== undefined) {
      rows.add('Signature', field, {
        Signature: Signature_,
        FileName: file.name,
        MinVersion: file.minimumVersion,
      });
      rows.add('DrLocator', field, { Signature_, Path: file.folder, Depth: 0 });
    }
    rows.add('AppSearch', field, { Property: property, Signature_ });
    words.secure.push(property);
  }
}

/** Writes Property, Upgrade, LaunchCondition and the searches. */
export function writeProperties(product: ProductDescription, icon: string | undefined, rows: Rows): void {
  const { upgrade = {}, properties = {} } = product;
  const words: Words = { secure: [], hidden: [] };
  checkVersion(product.version, 'version');
  if (upgrade !== false) writeUpgrade(product, upgrade, rows, words);
  writeSearches(product, rows, words);
  for (const [index, { condition, message }] of (product.launchConditions ?? []).entries()) {
    rows.add('LaunchCondition', `launchConditions[${index}]`, { Condition: condition, Description: message });
  }
  const own = ownProperties(product);
  if (icon !== undefined) own.push(['ARPPRODUCTICON', icon, 'programs.icon']);
  for (const [Property, Value, field] of own) rows.add('Property', field, { Property, Value });
  for (const [name, said] of Object.entries(properties)) {
    const field = `properties.${name}`;
    const { value = '', secure, hidden } = typeof said === 'string' ? { value: said } : said;
    if (secure && name !== name.toUpperCase()) {
      throw wrong(`${field}.secure`, 'only public properties, in capital letters, are passed on');
    }
    if (secure) words.secure.push(name);
    if (hidden) words.hidden.push(name);
    if (value === '' && !secure && !hidden) throw wrong(field, 'an empty property is none; leave it out');
    if (value !== '') rows.add('Property', field, { Property: name, Value: value });
  }
  const lists = [
    ['SecureCustomProperties', words.secure],
    ['MsiHiddenProperties', words.hidden],
  ] as const;
  for (const [Property, names] of lists) {
    const Value = [...new Set(names)].sort().join(';');
    if (Value !== '') rows.add('Property', 'properties', { Property, Value });
  }
}
