/** What an administrator would have to type in about a package, taken from the package itself. */
import { type DetectionRule, HoldfastError, type ProgramCreate } from '@holdfast/contract';
import { evaluate } from '../evaluate/evaluate.ts';
import { describeMachine } from '../evaluate/machine.ts';
import type { Evaluation } from '../evaluate/model.ts';
import type { Architecture, Product } from '../product/model.ts';
import { installerCommands, productCodeShape } from './commands.ts';
import { type FileRule, keyFileRule, ruleVersion } from './key-file.ts';

/** For whom the package installs when nobody says otherwise: the ALLUSERS property and the Word Count summary. */
export type InstallScope = 'machine' | 'user' | 'either';

export type DerivedFeature = {
  readonly id: string;
  readonly parent: string | undefined;
  readonly title: string;
  readonly description: string;
  /** As stored; the conditions of the feature may change it on a machine. */
  readonly level: number;
  /** Whether an install without properties brings it to an ordinary 64-bit Windows. */
  readonly installed: boolean;
};

export type DerivedSoftware = {
  readonly name: string;
  readonly version: string;
  readonly publisher: string | undefined;
  readonly productCode: string;
  readonly upgradeCode: string | undefined;
  /** Decimal language id. */
  readonly language: number | undefined;
  readonly architecture: Architecture;
  readonly scope: InstallScope;
  readonly features: readonly DerivedFeature[];
  readonly program: ProgramCreate;
  /** Why the program is this one: sentences to show beside it. */
  readonly notes: readonly string[];
};

/** Bit of the Word Count summary: installing needs no elevation, so the package is meant for one user. */
const needsNoElevation = 8;
const wordCount = 15;
/** Features that are shown. */
const mostFeatures = 1000;

function scopeOf(product: Product): InstallScope {
  const allUsers = product.properties.get('ALLUSERS');
  if (allUsers === '1') return 'machine';
  const stored = product.summary.get(wordCount);
  if (stored?.kind === 'number' && (stored.number & needsNoElevation) !== 0) return 'user';
  return 'either';
}

/** Of what a package says, what names of the contract may hold. */
function clean(text: string | undefined, most: number): string {
  return (text ?? '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, most)
    .trim();
}

function productRule(productCode: string, version: string): DetectionRule {
  return { kind: 'msi', productCode, ...(ruleVersion.test(version) ? { minimumVersion: version } : {}) };
}

function featuresOf(evaluation: Evaluation): DerivedFeature[] {
  return [...evaluation.features.values()].slice(0, mostFeatures).map(({ feature, state }) => ({
    id: feature.id,
    parent: feature.parent,
    title: clean(feature.title, 200) || feature.id,
    description: clean(feature.description, 500),
    level: feature.level,
    installed: state === 'local' || state === 'source',
  }));
}

/**
 * Name, version, features, and a program with its detection rules.
 * @param fileName name of the package inside the content, without a folder
 * @throws HoldfastError `installer.unsupported` where it is no installer, `msi.invalid` where it lacks its product code,
 * `request.invalid` where no command line can hold the file name, and as `evaluate`
 */
export async function deriveSoftware(product: Product, fileName: string): Promise<DerivedSoftware> {
  if (product.kind !== 'installer') {
    throw new HoldfastError('installer.unsupported', `A ${product.kind} installs nothing by itself.`);
  }
  const productCode = (product.productCode ?? '').toUpperCase();
  if (!productCodeShape.test(productCode)) {
    throw new HoldfastError('msi.invalid', 'Property: the package has no product code.');
  }
  const scope = scopeOf(product);
  const version = clean(product.version, 120) || '0';
  const commands = installerCommands(fileName, productCode, scope === 'either' ? ['ALLUSERS=1'] : []);
  const machine = describeMachine({ architecture: 'x64', windows: '10.0' });
  const evaluation = await evaluate(product, machine, {
    properties: scope === 'either' ? { ALLUSERS: '1' } : {},
  });
  const keyFile = scope === 'user' ? undefined : await keyFileRule(product, evaluation);
  return {
    name: clean(product.name, 120) || clean(fileName.replace(/\.msi$/i, ''), 120),
    version,
    publisher: clean(product.manufacturer, 120) || undefined,
    productCode,
    upgradeCode: product.upgradeCode,
    language: product.language,
    architecture: product.architecture,
    scope,
    features: featuresOf(evaluation),
    program: {
      name: 'install',
      platform: 'windows',
      ...commands,
      detection: [productRule(productCode, version), ...(keyFile === undefined ? [] : [keyFile])],
      exitCodes: [],
      maxRunMinutes: 120,
    },
    notes: notesOf(scope, keyFile),
  };
}

function notesOf(scope: InstallScope, keyFile: FileRule | undefined): string[] {
  const notes = [
    'Windows Installer is asked for the product in this version or a newer one: a newer one under the same code counts as present, because this package could not replace it (1638).',
  ];
  notes.push(
    keyFile === undefined
      ? 'No file is asked for: none is brought in every case, with a version, to a folder that is the same everywhere.'
      : 'One file is asked for, so that damage is seen and repaired: a key path in every installation. It is compared by version, because a hash would take every later update of the file for damage; a repair brings back at least this version.',
  );
  if (scope === 'either') {
    notes.push('The package leaves open for whom it installs; ALLUSERS=1 makes it the whole machine.');
  }
  if (scope === 'user') {
    notes.push(
      'The package is made for one user; run by the client it installs for the account of the client.',
    );
  }
  return notes;
}
