/** Whether a program over an .msi could be tried for ever: its lines change nothing, or detection asks for what never comes. */
import { compareVersions, type DetectionRule, type ProgramDefinition } from '@holdfast/contract';
import { parseMsiexec } from '../command-line.ts';
import type { Evaluation } from '../evaluate/model.ts';
import type { Product, TypedRow } from '../product/model.ts';
import { samePath } from '../verify/components.ts';
import { firstInstallation, foresee } from './foresee.ts';
import { type Foresight, foresightOf, type Judgement, type Reason } from './model.ts';
import { reasons } from './sentences.ts';

/** Of CustomAction.Type, which programs of their own change machines: DLL, EXE, JScript, VBScript, nested install. */
const programTypes = new Set([1, 2, 5, 6, 7, 17, 18, 21, 22, 23, 34, 37, 38, 39, 50, 53, 54, 55]);

/** Whether something besides the File table may put files on the machine. */
async function bringsMore(product: Product): Promise<boolean> {
  for (const table of ['DuplicateFile', 'MoveFile', 'IniFile', 'BindImage']) {
    if ((await product.rows(table)).length > 0) return true;
  }
  const text = (row: TypedRow, column: string) => String(row[column] ?? '');
  const run = new Set((await product.rows('InstallExecuteSequence')).map((row) => text(row, 'Action')));
  return (await product.rows('CustomAction')).some((row) => {
    const type = typeof row.Type === 'number' ? row.Type : 0;
    return run.has(text(row, 'Action')) && programTypes.has(type & 0x3f);
  });
}

type FileRule = Extract<DetectionRule, { kind: 'file' }>;

function judgeFile(rule: FileRule, product: Product, evaluation: Evaluation): Reason | undefined {
  const found = [...product.files.values()].filter((file) =>
    samePath(evaluation.files.get(file.id) ?? '', rule.path),
  );
  if (found.length === 0) return reasons.fileUnknown(rule.path);
  const states = found.map((file) => ({ file, component: evaluation.components.get(file.component) }));
  const there = states.filter(({ component }) => component?.state === 'local');
  const [absent] = states;
  if (there.length === 0 && absent) {
    return reasons.fileAbsent(
      rule.path,
      absent.file.component,
      absent.component?.why ?? 'it belongs to no feature',
    );
  }
  const { minimumVersion: wanted } = rule;
  if (wanted === undefined) return undefined;
  const versions = there.map(({ file }) => file.version ?? 'none');
  // A companion's version is that of another file; what is in it, only its bytes say.
  if (there.some(({ file }) => file.companionOf !== undefined)) return undefined;
  const reached = versions.some((version) => (compareVersions(version, wanted, 4) ?? -1) >= 0);
  return reached ? undefined : reasons.newerVersion(wanted, versions[0] ?? 'none', rule.path);
}

function judgeProduct(rule: Extract<DetectionRule, { kind: 'msi' }>, product: Product): Reason | undefined {
  if (rule.productCode.toUpperCase() !== product.productCode)
    return reasons.otherProduct(rule.productCode, product);
  const { minimumVersion: wanted } = rule;
  if (wanted === undefined || product.version === undefined) return undefined;
  const difference = compareVersions(product.version, wanted, 4);
  return difference !== undefined && difference < 0
    ? reasons.newerVersion(wanted, product.version, 'the product')
    : undefined;
}

/** Rules that an installation of the package can never fulfil. */
async function judgeDetection(
  program: ProgramDefinition,
  product: Product,
  properties: ReadonlyMap<string, string>,
  judgement: Judgement,
): Promise<void> {
  const evaluation = await firstInstallation(product, properties);
  const more = await bringsMore(product);
  for (const rule of program.detection) {
    if (rule.kind === 'msi') {
      const reason = judgeProduct(rule, product);
      if (reason) judgement.reasons.push(reason);
    } else if (rule.kind === 'file') {
      const reason = judgeFile(rule, product, evaluation);
      if (reason) (more ? judgement.cautions : judgement.reasons).push(reason);
    }
  }
}

/**
 * Judges a program whose install line runs this package: on a machine without the product the line must bring what
 * detection asks for; where the product is, the lines for repair and uninstall must be about it. A line that is no
 * msiexec of this package is not judged.
 *
 * @param fileName name of the package; any unless given
 * @throws HoldfastError `msi.invalid`, `msi.limit` where the package could not be evaluated
 */
export async function loopProof(
  program: ProgramDefinition,
  product: Product,
  fileName?: string,
): Promise<Foresight> {
  const judgement: Judgement = { reasons: [], cautions: [] };
  if (program.platform !== 'windows' || product.kind !== 'installer') return foresightOf(judgement);
  const add = ({ reasons: found, cautions }: Foresight) => {
    judgement.reasons.push(...found);
    judgement.cautions.push(...cautions);
  };
  const install = await foresee(program.install, product, 'none', fileName);
  add(install);
  const command = parseMsiexec(program.install);
  const uncertain = install.cautions.some(({ code }) => code === 'transforms' || code === 'other-package');
  if (command === undefined || command.action === 'patch' || uncertain) return foresightOf(judgement);
  const productCode = product.productCode ?? '';
  const there = { productCode, ...(product.version === undefined ? {} : { version: product.version }) };
  if (program.repair !== undefined) {
    add(await foresee(program.repair, product, there, fileName));
    // A client whose detection asks the installer sees that the product is gone, and runs the install line.
    if (!program.detection.some(({ kind }) => kind === 'msi')) {
      const removed = await foresee(program.repair, product, 'none', fileName);
      if (removed.changesNothing) judgement.cautions.push(reasons.repairAfterRemoval());
    }
  }
  if (program.uninstall !== undefined) add(await foresee(program.uninstall, product, there, fileName));
  if (!install.changesNothing) await judgeDetection(program, product, command.properties, judgement);
  return foresightOf(judgement);
}
