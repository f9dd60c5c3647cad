/** Compares a machine with a package: per component, what differs and why. */
import type { Content } from '../content/content.ts';
import type { Evaluation } from '../evaluate/model.ts';
import type { Component, Product } from '../product/model.ts';
import { type InstalledProduct, installedProduct } from '../root/registration.ts';
import type { Root } from '../root/root.ts';
import { componentFindings, keyPathOf, recordedOf } from './components.ts';
import { type ExpectedFile, verifyFiles } from './files.ts';
import { type Difference, type Findings, type NotJudged, noFindings, type Verification } from './model.ts';
import { type Installed, type InstalledComponents, verifyOthers } from './others.ts';
import { placeOf, verifyRegistry } from './registry.ts';

/** Bits of Component.Attributes. */
const componentBits = { neverOverwrite: 128, wide: 256 } as const;

function viewOf(component: Component): '64' | '32' {
  return (component.attributes & componentBits.wide) !== 0 ? '64' : '32';
}

function verifyProduct(product: Product, registered: InstalledProduct | undefined, findings: Findings): void {
  const whole = { component: '', feature: '', path: product.productCode ?? '' };
  if (registered === undefined) {
    findings.differences.push({
      ...whole,
      kind: 'product-not-registered',
      expected: `${product.name ?? 'the product'} ${product.version ?? ''}`.trim(),
      found: 'nothing',
      why: 'Windows Installer knows no product of this code: what a plain installation brings is compared.',
    });
  } else if (registered.version !== undefined && registered.version !== product.version) {
    findings.differences.push({
      ...whole,
      kind: 'product-version',
      expected: product.version ?? '',
      found: registered.version,
      why: 'The product is registered in another version than that of the package.',
    });
  }
}

/** Assemblies of the global cache lie under names that Windows chooses. Source: "MsiAssembly table". */
async function assemblies(product: Product): Promise<ReadonlySet<string>> {
  const rows = (await product.rows('MsiAssembly')).filter((row) => !row.File_Application);
  return new Set(rows.map((row) => String(row.Component_)));
}

function expectedFiles(
  product: Product,
  evaluation: Evaluation,
  installed: InstalledComponents,
  findings: Findings,
  cached: ReadonlySet<string>,
): readonly ExpectedFile[] {
  return [...product.files.values()].flatMap((file): ExpectedFile[] => {
    const found = installed.get(file.component);
    const path = evaluation.files.get(file.id);
    if (found === undefined || path === undefined) return [];
    if (cached.has(file.component)) {
      findings.notJudged.push({
        component: file.component,
        what: path,
        why: 'It goes into the global assembly cache.',
      });
      return [];
    }
    const attributes = product.components.get(file.component)?.attributes ?? 0;
    return [{ file, path, ...found, kept: (attributes & componentBits.neverOverwrite) !== 0 }];
  });
}

/** A component whose key path differs counts as broken: that is what starts a repair by itself. */
function brokenKeyPaths(
  product: Product,
  evaluation: Evaluation,
  installed: InstalledComponents,
  findings: Findings,
): readonly Difference[] {
  const missing = new Map(
    findings.differences
      .filter(
        ({ kind }) => kind === 'file-missing' || kind === 'registry-missing' || kind === 'folder-missing',
      )
      .map((difference) => [`${difference.component} ${difference.path}`, difference]),
  );
  const registry = new Map(product.registry.map((row) => [row.id, row]));
  return [...installed.values()].flatMap(({ component: id, feature }): Difference[] => {
    const component = product.components.get(id);
    if (component === undefined) return [];
    const row = component.keyPath.kind === 'registry' ? registry.get(component.keyPath.value) : undefined;
    const path =
      row === undefined ? keyPathOf(component, evaluation) : rowPath(row, component, feature, evaluation);
    const cause = missing.get(`${id} ${path}`);
    if (path === undefined || cause === undefined) return [];
    return [
      {
        kind: 'key-path-broken',
        component: id,
        feature,
        path,
        expected: cause.expected,
        found: cause.found,
        why: 'It is the key path of its component: Windows Installer repairs the whole feature when it is used.',
      },
    ];
  });
}

function rowPath(
  row: Product['registry'][number],
  component: Component,
  feature: string,
  evaluation: Evaluation,
): string {
  const place = placeOf({ row, component: component.id, feature, view: viewOf(component) }, evaluation);
  const key = `${place.hive}\\${place.key}`;
  const onlyKey = row.value === undefined && (row.name === undefined || ['+', '*', '-'].includes(row.name));
  if (onlyKey) return key;
  const name = row.name === undefined ? '' : evaluation.format(row.name);
  return `${key}\\${name === '' ? '(default)' : name}`;
}

/**
 * What differs. Where Windows Installer has the product on record, its components are those that it installed; where it
 * has not, those that an installation with the properties of the evaluation would bring.
 *
 * @param evaluation of the product on this machine: `evaluateInstalled`
 * @param content bytes of the package's files: they tell where names and numbers cannot; undefined where not at hand
 * @throws HoldfastError `disk.*` where the root could not be read, `msi.*` and `cab.*` where the package could not
 */
export async function verify(
  product: Product,
  evaluation: Evaluation,
  root: Root,
  content?: Content,
): Promise<Verification> {
  const findings = noFindings();
  const registered = installedProduct(root.registry, product.productCode ?? '');
  verifyProduct(product, registered, findings);
  const components = componentFindings(evaluation, recordedOf(product, root, registered), root);
  const installed = new Map<string, Installed>();
  for (const { component, installed: there } of components) {
    const feature = evaluation.components.get(component)?.features[0] ?? '';
    if (there) installed.set(component, { component, feature });
  }
  const files = expectedFiles(product, evaluation, installed, findings, await assemblies(product));
  await verifyFiles(files, root, content, findings);
  const rows = product.registry.flatMap((row) => {
    const found = installed.get(row.component);
    const component = product.components.get(row.component);
    return found === undefined || component === undefined ? [] : [{ row, ...found, view: viewOf(component) }];
  });
  verifyRegistry(rows, evaluation, root, findings);
  await verifyOthers({ product, evaluation, root, installed, findings });
  findings.differences.push(...brokenKeyPaths(product, evaluation, installed, findings));
  const doubtful = new Set(components.filter((one) => one.doubtful).map((one) => one.component));
  const [doubted, differences] = split(findings.differences, ({ component }) => doubtful.has(component));
  return {
    registered,
    components,
    differences,
    notJudged: [...findings.notJudged, ...doubted.map(notJudged)],
    compared: findings.compared,
  };
}

function split<Item>(items: readonly Item[], chosen: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(chosen), items.filter((item) => !chosen(item))];
}

function notJudged({ component, path }: Difference): NotJudged {
  const why =
    'It is not there. Its component is on record, but its condition does not hold with the properties that are given; Wine then installs nothing of it.';
  return { component, what: path, why };
}
