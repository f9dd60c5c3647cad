/** What the differences of two packages mean for a machine that has the first and gets the second. */
import { compareVersions } from '@holdfast/contract';
import type { Product, RegistryRow, TypedRow } from '../product/model.ts';
import type { ProductFacts } from './facts.ts';
import type { BrokenRule, ComponentFacts, DiffKind } from './model.ts';

const packageCode = 9;
/** Bits of Upgrade.Attributes. */
const upgradeBits = { onlyDetect: 2, minimumIncluded: 256, maximumIncluded: 512 } as const;

export type Side = {
  readonly product: Product;
  readonly facts: ProductFacts;
  /** Rows of the Registry table by id. */
  readonly registry: ReadonlyMap<string, RegistryRow>;
  readonly upgrades: readonly TypedRow[];
};

function packageCodeOf({ product }: Side): string | undefined {
  const value = product.summary.get(packageCode);
  return value?.kind === 'text' ? value.text.toUpperCase() : undefined;
}

/** @param equal whether nothing at all differs */
export function kindOf(before: Side, after: Side, equal: boolean): DiffKind {
  if (equal) return 'same';
  const [old, now] = [before.product, after.product];
  if (old.productCode === now.productCode) {
    return old.version === now.version ? 'small-update' : 'minor-upgrade';
  }
  const related = old.upgradeCode !== undefined && old.upgradeCode === now.upgradeCode;
  return related || removes(after, before) ? 'major-upgrade' : 'another-product';
}

/** Whether a row of the Upgrade table removes the product. Source: learn.microsoft.com, "Upgrade table". */
function rowRemoves(row: TypedRow, product: Product): boolean {
  if (String(row.UpgradeCode).toUpperCase() !== product.upgradeCode) return false;
  const bits = typeof row.Attributes === 'number' ? row.Attributes : 0;
  if ((bits & upgradeBits.onlyDetect) !== 0 || product.version === undefined) return false;
  const { VersionMin: least, VersionMax: most } = row;
  if (typeof least === 'string' && least !== '') {
    const difference = compareVersions(product.version, least, 3) ?? -1;
    if (difference < 0 || (difference === 0 && (bits & upgradeBits.minimumIncluded) === 0)) return false;
  }
  if (typeof most === 'string' && most !== '') {
    const difference = compareVersions(product.version, most, 3) ?? 1;
    if (difference > 0 || (difference === 0 && (bits & upgradeBits.maximumIncluded) === 0)) return false;
  }
  return true;
}

function removes(remover: Side, removed: Side): boolean {
  return remover.upgrades.some((row) => rowRemoves(row, removed.product));
}

const sentences: Readonly<Record<DiffKind, string>> = {
  same: 'The packages say the same.',
  'small-update':
    'A small update: the same product code and version. A machine that has the first takes it only with REINSTALL and a REINSTALLMODE with v.',
  'minor-upgrade':
    'A minor upgrade: the same product code, another version. A machine that has the first takes it only with REINSTALL and a REINSTALLMODE with v.',
  'major-upgrade': 'A major upgrade: another product code of the same line of products.',
  'another-product': 'Another product: another product code, and nothing says that it follows the first.',
};

export function sentenceOf(kind: DiffKind): string {
  return sentences[kind];
}

/** Where the key path of a component lies, in words that do not depend on ids. */
function keyPlace(component: ComponentFacts, { product, registry }: Side): string {
  const { keyPath, directory } = product.components.get(component.id) ?? {};
  if (keyPath?.kind === 'file') {
    return `file ${placeOf(directory, product)}\\${product.files.get(keyPath.file)?.name.long.toLowerCase()}`;
  }
  if (keyPath?.kind === 'registry') {
    const row = registry.get(keyPath.value);
    return `registry ${row?.root}\\${row?.key.toLowerCase()}\\${row?.name ?? ''}`;
  }
  return component.keyPath;
}

/** Names of a directory from its root down. */
function placeOf(directory: string | undefined, product: Product): string {
  const names: string[] = [];
  for (let id = directory; id !== undefined; ) {
    const one = product.directories.get(id);
    // A root is known by its id: ProgramFilesFolder, TARGETDIR.
    names.unshift(one?.parent === undefined ? id : (one.target?.long.toLowerCase() ?? '.'));
    id = one?.parent;
  }
  return names.filter((name) => name !== '.').join('\\');
}

function byComponentId(side: Side): Map<string, ComponentFacts[]> {
  const found = new Map<string, ComponentFacts[]>();
  for (const component of side.facts.components) {
    if (component.componentId === null) continue;
    const group = found.get(component.componentId);
    if (group === undefined) found.set(component.componentId, [component]);
    else group.push(component);
  }
  return found;
}

/** learn.microsoft.com, "Changing the Component Code" and "What happens if the component rules are broken?" */
function componentRules(before: Side, after: Side, sameProduct: boolean): BrokenRule[] {
  const now = byComponentId(after);
  const broken: BrokenRule[] = [];
  for (const [componentId, olds] of byComponentId(before)) {
    const news = now.get(componentId);
    if (news === undefined) {
      if (!sameProduct) continue;
      for (const { id } of olds) {
        const sentence = `Component ${id} ${componentId} is no longer in the package: an upgrade that keeps the product code must keep its components.`;
        broken.push({ rule: 'component-removed', id, sentence });
      }
      continue;
    }
    const places = new Set(news.map((component) => keyPlace(component, after)));
    for (const component of olds) {
      const place = keyPlace(component, before);
      if (places.has(place)) continue;
      const sentence = `Component ${component.id} keeps its GUID ${componentId}, but its key path moves from ${place} to ${[...places].slice(0, 3).join(' or ')}: both count as one component, and removing one takes the other's count.`;
      broken.push({ rule: 'component-key-path', id: component.id, sentence });
    }
  }
  return broken;
}

function fileRules(before: Side, after: Side): BrokenRule[] {
  const old = new Map(before.facts.files.map((file) => [file.id, file]));
  return after.facts.files.flatMap((file): BrokenRule[] => {
    const was = old.get(file.id);
    if (!was || was.version === null || file.version === null) return [];
    const difference = compareVersions(file.version, was.version, 4);
    if (difference !== undefined && difference < 0) {
      const sentence = `File ${file.name} goes down from version ${was.version} to ${file.version}: the old one stays unless the REINSTALLMODE has d or a.`;
      return [{ rule: 'file-version-lowered', id: file.id, sentence }];
    }
    if (difference !== 0 || file.size === was.size) return [];
    const sentence = `File ${file.name} is another (${was.size} and ${file.size} bytes) under the same version ${file.version}: the old one stays unless the REINSTALLMODE has e, d or a.`;
    return [{ rule: 'file-version-kept', id: file.id, sentence }];
  });
}

function featureRules(before: Side, after: Side): BrokenRule[] {
  return [...before.product.features.keys()]
    .filter((id) => !after.product.features.has(id))
    .map((id) => ({
      rule: 'feature-removed',
      id,
      sentence: `Feature ${id} is no longer in the package: an upgrade that keeps the product code must keep its features.`,
    }));
}

function productRules(kind: DiffKind, before: Side, after: Side): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const say = (rule: BrokenRule['rule'], sentence: string) => broken.push({ rule, id: '', sentence });
  const code = packageCodeOf(after);
  if (code !== undefined && code === packageCodeOf(before)) {
    say(
      'package-code-kept',
      `Both packages have the package code ${code}: Windows Installer takes them for one file.`,
    );
  }
  const [old, now] = [before.product.version, after.product.version];
  const difference = old === undefined || now === undefined ? undefined : compareVersions(now, old, 3);
  if (kind !== 'another-product' && difference !== undefined && difference < 0) {
    say('version-lowered', `The version goes down from ${old} to ${now}.`);
  }
  if ((kind === 'minor-upgrade' || kind === 'major-upgrade') && difference === 0 && old !== now) {
    say(
      'version-not-raised',
      `Versions ${old} and ${now} are the same to Windows Installer, which compares three numbers.`,
    );
  }
  if (kind === 'major-upgrade' && !removes(after, before)) {
    say(
      'upgrade-not-found',
      'No row of the Upgrade table of the second removes the first: both would stay beside each other.',
    );
  }
  return broken;
}

export function brokenRules(kind: DiffKind, before: Side, after: Side): readonly BrokenRule[] {
  if (kind === 'same') return [];
  const sameProduct = kind === 'small-update' || kind === 'minor-upgrade';
  return [
    ...productRules(kind, before, after),
    ...(kind === 'another-product' ? [] : componentRules(before, after, sameProduct)),
    ...(sameProduct ? [...featureRules(before, after), ...fileRules(before, after)] : []),
  ];
}
