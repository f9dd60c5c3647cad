/** Decisions for all files of a product: key files first, then what follows other files, then what the system protects. */

import { forEachSideBySide } from '../../pool.ts';
import type { ProductFile } from '../../product/model.ts';
import type { FileVersion } from '../../root/file-version.ts';
import type { ComponentPlan, Planning } from '../context.ts';
import type { FileLooker } from '../machine.ts';
import type { FileDecision, FileRule } from '../model.ts';
import { heedsFiles } from '../modes.ts';
import { decideFile, type ExistingFile, type PackagedFile, type Verdict } from './decide.ts';
import { openLooker } from './looker.ts';

const neverOverwrite = 128;
const hasChecksum = 0x400;

/** What is there, each fact read at most once. */
type Looked = ExistingFile & { known(): FileVersion | undefined };

async function lookAt({ planning, looker }: Deciding, path: string): Promise<Looked | undefined> {
  const { files } = planning.draft;
  const entry = await (files.isTouched(path) ? files.stat(path) : looker.entry(path));
  if (entry === undefined) return undefined;
  let version: Promise<FileVersion | undefined> | undefined;
  let known: FileVersion | undefined;
  return {
    size: entry.size,
    known: () => known,
    async version() {
      version ??= looker.version(path);
      known = await version;
      return known;
    },
    hash: () => looker.hash(path),
    times: () => looker.times(path),
    checksumHolds: () => looker.checksumHolds(path),
  };
}

function packagedOf({ size, version, languages, hash, attributes }: ProductFile): PackagedFile {
  return { size, version, languages, hash, checked: (attributes & hasChecksum) !== 0 };
}

type Decided = { readonly verdict: Verdict; readonly existing: Looked | undefined };

type Deciding = {
  readonly planning: Planning;
  readonly looker: FileLooker;
  /** By id; of one file each. */
  readonly decided: Map<string, Promise<Decided>>;
};

function alone(deciding: Deciding, file: ProductFile, plan: ComponentPlan): Promise<Decided> {
  const { decided } = deciding;
  const decision = decided.get(file.id) ?? judge(deciding, file, plan);
  decided.set(file.id, decision);
  return decision;
}

async function judge(deciding: Deciding, file: ProductFile, plan: ComponentPlan): Promise<Decided> {
  const { planning } = deciding;
  const existing = await lookAt(deciding, planning.scene.files.get(file.id) ?? '');
  const { mode } = planning;
  const silent = plan.again && !heedsFiles(mode);
  const verdict: Verdict = silent
    ? { do: 'keep', rule: 'mode', reason: 'REINSTALLMODE has no letter for files' }
    : await decideFile(packagedOf(file), existing, mode);
  return { verdict, existing };
}

async function companion(deciding: Deciding, file: ProductFile, parent: ProductFile): Promise<Decided> {
  const { planning } = deciding;
  const plan = planning.components.get(parent.component);
  const own = await lookAt(deciding, planning.scene.files.get(file.id) ?? '');
  const name = `${parent.name.long}, whose companion it is`;
  const follows: Verdict['do'] =
    plan?.action === 'local' ? (await alone(deciding, parent, plan)).verdict.do : 'keep';
  const verdict: Verdict =
    own === undefined
      ? { do: 'install', rule: 'companion', reason: `it is missing, and follows ${name}` }
      : follows === 'keep'
        ? { do: 'keep', rule: 'companion', reason: `it stays as ${name}` }
        : { do: 'replace', rule: 'companion', reason: `it goes with ${name}` };
  return { verdict, existing: own };
}

/** Why nothing of a component is touched, from its key file; undefined where each file is judged. */
async function wholeComponent(
  deciding: Deciding,
  plan: ComponentPlan,
): Promise<{ readonly rule: FileRule; readonly reason: string } | undefined> {
  const { planning } = deciding;
  const { component } = plan;
  const { keyPath } = component;
  const keyFile = keyPath.kind === 'file' ? planning.product.files.get(keyPath.file) : undefined;
  if ((component.attributes & neverOverwrite) !== 0 && keyFile !== undefined) {
    const existing = await planning.draft.files.stat(planning.scene.files.get(keyFile.id) ?? '');
    if (existing !== undefined) {
      return {
        rule: 'never-overwrite',
        reason: `${keyFile.name.long} is there, and the component never overwrites`,
      };
    }
  }
  if (keyFile === undefined) return undefined;
  const { verdict } = await alone(deciding, keyFile, plan);
  if (verdict.do !== 'keep' || verdict.rule !== 'version-lower') return undefined;
  return {
    rule: 'key-path-kept',
    reason: `the component's key file ${keyFile.name.long} stays: ${verdict.reason}`,
  };
}

async function guarded(
  { planning }: Deciding,
  path: string,
  { verdict, existing }: Decided,
): Promise<Verdict> {
  if (verdict.do === 'keep' || !(await planning.host.protection.isProtected(path))) return verdict;
  // Since Windows Vista what the system protects is passed over; before, the system is asked for its own version.
  const modern = Number.parseFloat(planning.host.machine.windows) >= 6;
  if (!modern && existing === undefined) {
    return {
      do: 'keep',
      rule: 'protected',
      reason: 'the system protects it, and is asked for its own version of the missing file',
    };
  }
  const reason = modern
    ? 'the system protects it: it is left alone, without an error'
    : `the system protects it, and is asked for its own version (${verdict.reason})`;
  return { do: 'keep', rule: 'protected', reason };
}

/** Every file of the components that are installed, in the order of their numbers in the package. */
export async function decideFiles(planning: Planning): Promise<void> {
  await using looker = planning.host.look?.() ?? openLooker(planning.host.files);
  const deciding: Deciding = { planning, looker, decided: new Map() };
  const { product, components, scene, decisions } = planning;
  const files = [...product.files.values()].sort((one, other) => one.sequence - other.sequence);
  // Most of the time goes into waiting for the disk.
  await forEachSideBySide(files, async (file) => {
    const plan = components.get(file.component);
    if (plan?.action === 'local' && file.companionOf === undefined) await alone(deciding, file, plan);
  });
  const whole = new Map<string, Awaited<ReturnType<typeof wholeComponent>>>();
  for (const plan of components.values()) {
    if (plan.action === 'local') whole.set(plan.component.id, await wholeComponent(deciding, plan));
  }
  for (const file of files) {
    const plan = components.get(file.component);
    if (plan === undefined || plan.action !== 'local') continue;
    const path = scene.files.get(file.id) ?? '';
    const kept = whole.get(file.component);
    const parent = file.companionOf === undefined ? undefined : product.files.get(file.companionOf);
    const decided = parent ? await companion(deciding, file, parent) : await alone(deciding, file, plan);
    const verdict: Verdict = kept ? { do: 'keep', ...kept } : await guarded(deciding, path, decided);
    decisions.set(file.id, decisionOf(file, path, decided.existing, verdict));
  }
}

function decisionOf(
  file: ProductFile,
  path: string,
  existing: Looked | undefined,
  verdict: Verdict,
): FileDecision {
  const version = existing?.known()?.version;
  return {
    file: file.id,
    component: file.component,
    path,
    ...verdict,
    packaged: { size: file.size, ...(file.version === undefined ? {} : { version: file.version }) },
    ...(existing === undefined
      ? {}
      : { existing: { size: existing.size, ...(version === undefined ? {} : { version }) } }),
  };
}
