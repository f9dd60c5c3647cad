/** Says before a command line runs that it can change nothing: what would otherwise be tried for ever. */
import { compareVersions } from '@holdfast/contract';
import { fileNameOf, type MsiexecCommand, parseMsiexec } from '../command-line.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { describeMachine } from '../evaluate/machine.ts';
import type { Evaluation } from '../evaluate/model.ts';
import type { Product } from '../product/model.ts';
import { type Foresight, foresightOf, type InstalledState, type Judgement, type Reason } from './model.ts';
import { reasons } from './sentences.ts';

/** The machine that everything is thought through on: the client runs on 64-bit Windows. */
export async function firstInstallation(
  product: Product,
  properties: ReadonlyMap<string, string>,
): Promise<Evaluation> {
  const machine = describeMachine({ architecture: 'x64', windows: '10.0' });
  return await evaluate(product, machine, { properties: Object.fromEntries(properties) });
}

type Case = {
  readonly command: MsiexecCommand;
  readonly product: Product;
  readonly installed: InstalledState;
  readonly judgement: Judgement;
};

function sameCode(one: string, other: string | undefined): boolean {
  return one.toUpperCase() === other?.toUpperCase();
}

/** Names of a property that lists features. */
function listed(command: MsiexecCommand, property: string): readonly string[] {
  const value = command.properties.get(property) ?? '';
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

const adding = [
  'ADDLOCAL',
  'ADDSOURCE',
  'ADDDEFAULT',
  'ADVERTISE',
  'COMPADDLOCAL',
  'COMPADDSOURCE',
  'COMPADDDEFAULT',
  'FILEADDLOCAL',
  'FILEADDSOURCE',
  'FILEADDDEFAULT',
];

function asksForFeatures(command: MsiexecCommand): boolean {
  return [...adding, 'REMOVE'].some((property) => listed(command, property).length > 0);
}

function isAll(names: readonly string[]): boolean {
  return names.some((name) => name.toUpperCase() === 'ALL');
}

/** A package against what is there under its code or another; undefined where they fit. */
function misfit({ product, installed }: Case): Reason | undefined {
  if (installed === 'none') return reasons.notInstalled(product);
  return sameCode(installed.productCode, product.productCode)
    ? undefined
    : reasons.newProductCode(product, installed.productCode);
}

function judgeReinstall(one: Case): void {
  const { command, product, installed, judgement } = one;
  const names = listed(command, 'REINSTALL');
  // With other features asked for, those are installed all the same.
  if (installed === 'none') {
    if (!asksForFeatures(command)) judgement.reasons.push(reasons.reinstallNotInstalled(product));
    return;
  }
  const wrong = misfit(one);
  if (wrong) {
    judgement.reasons.push(wrong);
    return;
  }
  if (isAll(names)) return;
  const unknown = names.filter((name) => !product.features.has(name));
  if (unknown.length > 0) judgement.reasons.push(reasons.unknownFeatures('REINSTALL', unknown, product));
  const absent = names.filter(
    (name) => installed.features !== undefined && !installed.features.includes(name),
  );
  if (unknown.length === 0 && absent.length === names.length && !asksForFeatures(command)) {
    judgement.reasons.push(reasons.reinstallAbsent(absent));
  }
}

function judgeMaintenance({ command, product, installed, judgement }: Case): void {
  if (installed === 'none' || !sameCode(installed.productCode, product.productCode)) return;
  const { version } = installed;
  const difference =
    version === undefined || product.version === undefined ? 0 : compareVersions(version, product.version, 4);
  if (difference !== undefined && difference !== 0) {
    judgement.reasons.push(reasons.otherVersion(product, version ?? ''));
  } else if (!asksForFeatures(command)) {
    judgement.reasons.push(reasons.alreadyInstalled(product));
  }
}

async function judgeFirstInstallation({ command, product, judgement }: Case): Promise<void> {
  if (isAll(listed(command, 'REMOVE'))) {
    judgement.reasons.push(reasons.notInstalled(product));
    return;
  }
  const { features, unknownFeatures, launchConditions } = await firstInstallation(
    product,
    command.properties,
  );
  if (unknownFeatures.length > 0) {
    judgement.reasons.push(reasons.unknownFeatures('The command line', unknownFeatures, product));
    return;
  }
  const states = [...features.values()];
  const absent = adding
    .flatMap((property) => listed(command, property))
    .flatMap((name) => features.get(name) ?? [])
    .filter(({ state }) => state === 'absent');
  if (states.length > 0 && states.every(({ state }) => state === 'absent')) {
    judgement.reasons.push(reasons.allAbsent(absent.length > 0 ? absent : states));
  } else for (const one of absent) judgement.cautions.push(reasons.featureAbsent(one));
  const failing = launchConditions.filter(({ holds }) => !holds);
  for (const one of failing) judgement.cautions.push(reasons.launchCondition(one));
  if (/v/i.test(command.properties.get('REINSTALLMODE') ?? '')) judgement.cautions.push(reasons.recache());
}

async function judgeInstall(one: Case): Promise<void> {
  const { command, product, installed } = one;
  if (command.target?.kind === 'product' && installed === 'none') {
    one.judgement.reasons.push(reasons.notInstalled(product));
  } else if (listed(command, 'REINSTALL').length > 0) judgeReinstall(one);
  else if (installed !== 'none' && sameCode(installed.productCode, product.productCode))
    judgeMaintenance(one);
  else await judgeFirstInstallation(one);
}

function judgeOthers(one: Case): void {
  const { command, judgement, product, installed } = one;
  if (command.action === 'administrative') judgement.reasons.push(reasons.administrative());
  if (command.action === 'advertise') judgement.reasons.push(reasons.advertised());
  if (command.action === 'other') judgement.reasons.push(reasons.noAction());
  if (command.action === 'repair') {
    const wrong = misfit(one);
    if (wrong) judgement.reasons.push(wrong);
    if (command.properties.size > 0) judgement.cautions.push(reasons.ignored([...command.properties.keys()]));
  }
  if (command.action !== 'uninstall') return;
  const code = command.target?.kind === 'product' ? command.target.productCode : product.productCode;
  if (installed === 'none' || !sameCode(installed.productCode, code)) {
    judgement.reasons.push(reasons.uninstallNothing(code ?? ''));
  }
}

/** Whether the line is about this package: its file name, or its product code; another is not judged. */
function isAbout(
  { target, action }: MsiexecCommand,
  product: Product,
  fileName: string | undefined,
): boolean {
  if (target?.kind === 'package') {
    return fileName === undefined || fileNameOf(target.path).toLowerCase() === fileName.toLowerCase();
  }
  if (target?.kind === 'product' && action !== 'uninstall')
    return sameCode(target.productCode, product.productCode);
  return true;
}

/**
 * Whether a command line of msiexec can change anything where this is installed. A line of another program, or of a
 * package with another name, is not judged. With TRANSFORMS the product may become another one, so nothing is certain.
 *
 * @param fileName name of the package; any unless given
 * @throws HoldfastError `msi.invalid`, `msi.limit` where the package could not be evaluated
 */
export async function foresee(
  line: string,
  product: Product,
  installed: InstalledState,
  fileName?: string,
): Promise<Foresight> {
  const judgement: Judgement = { reasons: [], cautions: [] };
  const command = parseMsiexec(line);
  if (command === undefined || command.action === 'patch') return foresightOf(judgement);
  if (!isAbout(command, product, fileName)) {
    judgement.cautions.push(reasons.otherPackage());
    return foresightOf(judgement);
  }
  const one: Case = { command, product, installed, judgement };
  if (command.action === 'install') await judgeInstall(one);
  else judgeOthers(one);
  if (!command.properties.has('TRANSFORMS') && !command.properties.has('PATCH'))
    return foresightOf(judgement);
  return { changesNothing: false, reasons: [], cautions: [reasons.transforms(), ...judgement.reasons] };
}
