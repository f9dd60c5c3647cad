/** What a command line would do to a machine that is only described: planned in memory, nothing is changed by it. */
import { HoldfastError, type InstallerPlan, type InstallerPlanMachine } from '@holdfast/contract';
import {
  type Database,
  type FileDamage,
  foresee,
  type ImaginedMachine,
  imagineMachine,
  type MsiexecTarget,
  type Plan,
  type Product,
  parseMsiexec,
  planDocument,
  planPackage,
  type Request,
  requestOf,
} from '@holdfast/msi';
import { ordinaryMachine } from './ordinary-machine.ts';
import type { InstallerContent, QuestionAbout } from './questions.ts';
import { cut } from './text.ts';

/** Items of one list of a plan. Counts tell of the others. */
const mostListed = 5000;
/** Files that a note names. */
const mostNamed = 10;
/** Sentences beside a plan. */
const mostNotes = 20;

type Opened = {
  readonly content: InstallerContent;
  readonly database: Database;
  readonly product: Product;
};

const backslashes = (path: string): string => path.replaceAll('/', '\\');

/** @throws HoldfastError `request.invalid` where the line is for another product or package */
function refuseOther(target: MsiexecTarget | undefined, { content, product }: Opened): void {
  if (target === undefined) {
    throw new HoldfastError('request.invalid', 'The command line names no package and no product.');
  }
  if (target.kind === 'product') {
    if (target.productCode === product.productCode) return;
    const message = `The command line is for ${cut(target.productCode)}, and this package is ${product.productCode ?? 'no product'}.`;
    throw new HoldfastError('request.invalid', message, { details: { field: 'command' } });
  }
  const [named, own] = [backslashes(target.path).toLowerCase(), backslashes(content.path).toLowerCase()];
  if (named === own || named.endsWith(`\\${own}`)) return;
  const message = `The command line runs ${cut(target.path)}, and not ${cut(content.path)}.`;
  throw new HoldfastError('request.invalid', message, { details: { field: 'command' } });
}

/** @throws HoldfastError `request.invalid` where it cannot be planned */
function requestIn(line: string, opened: Opened, isInstalled: boolean): Request {
  const command = parseMsiexec(line);
  const request = command && requestOf(command);
  if (command === undefined || request === undefined) {
    const message = 'Only command lines of msiexec that install, repair or remove can be planned.';
    throw new HoldfastError('request.invalid', message, { details: { field: 'command' } });
  }
  refuseOther(command.target, opened);
  // A product code is found among what is installed, whatever is to be done with it.
  const needsProduct = command.target?.kind === 'product' && request.action === 'install' && !isInstalled;
  return needsProduct ? { ...request, action: 'repair' } : request;
}

/** @param before the package of the product that is there already, where it is another one */
async function plan(opened: Opened, request: Request, host: ImaginedMachine, before?: Opened): Promise<Plan> {
  const { content, database } = opened;
  const from = { database, path: `C:\\content\\${backslashes(content.path)}`, size: content.size };
  return await planPackage({ request, from, host, openCached: async () => before?.database });
}

type Installed = Extract<InstallerPlanMachine, { state: 'installed' }>;

/** What counts first where a file is damaged in more than one way. */
const damages = ['missing', 'newer', 'changed'] as const satisfies readonly FileDamage[];

function damageOf(machine: Installed, file: string): FileDamage | undefined {
  return damages.find((damage) => machine[damage] === 'all' || machine[damage]?.includes(file));
}

/** Damages files, and answers what could not happen to those that were named. */
function damageFiles(
  host: ImaginedMachine,
  machine: Installed,
  { decisions }: Plan,
  product: Product,
): string[] {
  const named = new Set(
    damages.flatMap((damage) => (machine[damage] === 'all' ? [] : (machine[damage] ?? []))),
  );
  const unknown = [...named].find((file) => !product.files.has(file));
  if (unknown !== undefined) {
    throw new HoldfastError('request.invalid', `The package has no file ${cut(unknown)}.`, {
      details: { field: 'machine' },
    });
  }
  const untouched = new Set(named);
  for (const { file, path } of decisions) {
    const damage = damageOf(machine, file);
    if (damage !== undefined && host.damage(path, damage)) untouched.delete(file);
  }
  if (untouched.size === 0) return [];
  const names = [...untouched].slice(0, mostNamed).map(cut).join(', ');
  const more = untouched.size > mostNamed ? ` and ${untouched.size - mostNamed} more` : '';
  return [`Left whole, because not installed, or without a version that could be newer: ${names}${more}.`];
}

/** Installs a product in memory. @throws HoldfastError `request.invalid` where the package refuses */
async function install(opened: Opened, host: ImaginedMachine, line: string | undefined): Promise<Plan> {
  const plain = `msiexec /i "${backslashes(opened.content.path)}"`;
  const first = await plan(opened, requestIn(line ?? plain, opened, false), host);
  if (first.refusal !== undefined || first.operations.length === 0) {
    const why = first.refusal?.message ?? 'it would install nothing';
    throw new HoldfastError(
      'request.invalid',
      `The product cannot be installed on this machine: ${cut(why)}`,
      {
        details: { field: 'machine' },
      },
    );
  }
  host.carryOut(first, opened.product);
  return first;
}

/** @throws HoldfastError `request.invalid` where it is no other version of the product */
function refuseStranger({ product }: Opened, other: Opened): void {
  const { upgradeCode } = product;
  if (upgradeCode !== undefined && upgradeCode === other.product.upgradeCode) return;
  const message = `${cut(other.product.name ?? other.content.path)} is no other version of this product: its upgrade code is another one.`;
  throw new HoldfastError('request.invalid', message, { details: { field: 'machine' } });
}

/** What the machine was before, made in memory: who is installed, and what is to be said of it. */
type Before = { readonly product: Product | undefined; readonly other?: Opened; readonly notes: string[] };

async function prepare(
  opened: Opened,
  host: ImaginedMachine,
  { machine, other }: Pick<QuestionAbout<'plan'>, 'machine' | 'other'>,
  open: (content: InstallerContent) => Promise<Opened>,
): Promise<Before> {
  const { product } = opened;
  if (machine.state === 'installed') {
    const first = await install(opened, host, machine.command);
    return { product, notes: damageFiles(host, machine, first, product) };
  }
  if (machine.state === 'empty' || other === undefined) return { product: undefined, notes: [] };
  const before = await open(other);
  refuseStranger(opened, before);
  await install(before, host, undefined);
  return { product: before.product, other: before, notes: [] };
}

/** What is known of the line itself; why it changes nothing is told only where the plan says so, too. */
async function remarks(
  line: string,
  { content, product }: Opened,
  before: Product | undefined,
  changesNothing: boolean,
): Promise<readonly string[]> {
  const code = before?.productCode;
  const version = before?.version;
  const state =
    code === undefined ? 'none' : { productCode: code, ...(version === undefined ? {} : { version }) };
  const name = content.path.slice(content.path.lastIndexOf('/') + 1);
  const { reasons, cautions } = await foresee(line, product, state, name);
  return [...(changesNothing ? reasons : []), ...cautions].map(({ sentence }) => cut(sentence));
}

/**
 * @param open opens the other package, where the machine has one
 * @throws HoldfastError `request.invalid`, `msi.invalid`, `msi.limit`
 */
export async function planInstaller(
  opened: Opened,
  question: Omit<QuestionAbout<'plan'>, 'about'>,
  open: (content: InstallerContent) => Promise<Opened>,
): Promise<InstallerPlan> {
  const { command, now } = question;
  const host = imagineMachine(ordinaryMachine(opened.product), now);
  // A line that is for something else is refused before anything is installed.
  requestIn(command, opened, true);
  const before = await prepare(opened, host, question, open);
  const isInstalled = before.product?.productCode === opened.product.productCode;
  const planned = await plan(opened, requestIn(command, opened, isInstalled), host, before.other);
  const said = await remarks(command, opened, before.product, planned.operations.length === 0);
  return planDocument(planned, {
    most: mostListed,
    cut,
    notes: [...before.notes, ...said].slice(0, mostNotes),
  });
}
