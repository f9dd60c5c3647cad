/** The one file by which a product is seen to be whole: there in every installation, with a version. */
import type { DetectionRule } from '@holdfast/contract';
import type { ComponentState, Evaluation } from '../evaluate/model.ts';
import type { Feature, Product, ProductFile } from '../product/model.ts';

export type FileRule = Extract<DetectionRule, { kind: 'file' }>;

/** As the contract's version fields take it. */
export const ruleVersion = /^\d{1,5}(\.\d{1,5}){0,3}$/;

/** Bits of Component.Attributes that make its key file come and go: transitive, never overwrite. */
const unsteadyBits = 64 | 128;
/** Bit of Feature.Attributes: nobody may leave it out. */
const mayNotBeAbsent = 16;
/** Of CustomAction.Type: sets a directory, sets a property. */
const settingTypes = new Set([35, 51]);

/** Folders that are in the same place for everybody. */
const steadyRoots = new Set([
  'ProgramFilesFolder',
  'ProgramFiles64Folder',
  'CommonFilesFolder',
  'CommonFiles64Folder',
  'WindowsFolder',
  'SystemFolder',
  'System64Folder',
  'CommonAppDataFolder',
]);

/** Properties that the machine decides: searches, and custom actions. */
async function decidedElsewhere(product: Product): Promise<ReadonlySet<string>> {
  const searched = (await product.rows('AppSearch')).map((row) => String(row.Property ?? ''));
  const set = (await product.rows('CustomAction'))
    .filter((row) => typeof row.Type === 'number' && settingTypes.has(row.Type & 0x3f))
    .map((row) => String(row.Source ?? ''));
  return new Set([...searched, ...set]);
}

/** Whether a directory lies under a folder that is everywhere the same, and nothing else decides where. */
function isSteady(product: Product, directory: string, decided: ReadonlySet<string>): boolean {
  for (let id: string | undefined = directory; id !== undefined; id = product.directories.get(id)?.parent) {
    if (decided.has(id)) return false;
    if (steadyRoots.has(id)) return true;
  }
  return false;
}

/** A feature that every installation has: without conditions, and so are its parents. */
function isUnconditional(product: Product, id: string): boolean {
  for (
    let feature = product.features.get(id);
    feature;
    feature = product.features.get(feature.parent ?? '')
  ) {
    if (feature.conditions.length > 0) return false;
  }
  return true;
}

type Candidate = { readonly file: ProductFile; readonly feature: Feature };

function candidateOf(product: Product, state: ComponentState): Candidate | undefined {
  const { component } = state;
  if (state.state !== 'local' || component.keyPath.kind !== 'file') return undefined;
  if (component.condition !== undefined || (component.attributes & unsteadyBits) !== 0) return undefined;
  const file = product.files.get(component.keyPath.file);
  if (!file || file.companionOf !== undefined || !ruleVersion.test(file.version ?? '')) return undefined;
  const feature = state.features
    .filter((id) => isUnconditional(product, id))
    .map((id) => product.features.get(id))
    .find((one) => one !== undefined);
  return feature && { file, feature };
}

/** The lower the better: a feature that is always there, a program, the biggest one. */
function order({ file, feature }: Candidate): readonly number[] {
  const needed = (feature.attributes & mayNotBeAbsent) !== 0;
  return [
    needed ? 0 : 1,
    feature.parent === undefined ? 0 : 1,
    feature.level,
    file.name.long.toLowerCase().endsWith('.exe') ? 0 : 1,
    -file.size,
  ];
}

function compare(one: Candidate, other: Candidate): number {
  const [left, right] = [order(one), order(other)];
  return left.map((value, index) => value - (right[index] ?? 0)).find((value) => value !== 0) ?? 0;
}

/**
 * The rule for one key file with its version. One and not all of them: a file of a feature that somebody has left out
 * would never come, because a repair brings only features that are installed.
 */
export async function keyFileRule(product: Product, evaluation: Evaluation): Promise<FileRule | undefined> {
  const decided = await decidedElsewhere(product);
  const assemblies = new Set((await product.rows('MsiAssembly')).map((row) => String(row.Component_)));
  const candidates = [...evaluation.components.values()]
    .filter(
      ({ component }) => !assemblies.has(component.id) && isSteady(product, component.directory, decided),
    )
    .flatMap((state) => candidateOf(product, state) ?? [])
    .sort(compare);
  const [best] = candidates;
  const path = best && evaluation.files.get(best.file.id);
  if (path === undefined || path.length > 1024) return undefined;
  return { kind: 'file', path, ...(best?.file.version ? { minimumVersion: best.file.version } : {}) };
}
