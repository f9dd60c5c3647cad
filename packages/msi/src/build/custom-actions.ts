/** What a product does beyond the standard actions: programs that run, properties that change. */
import type { Assets } from './assets.ts';
import type { At } from './components.ts';
import type { CustomActionDescription, ProductDescription } from './description.ts';
import type { Folders } from './folders.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';
import type { OwnActions, Placed } from './sequences.ts';

/** Basic types of the CustomAction table. */
const types = { binary: 2, file: 18, error: 19, command: 34, folder: 35, property: 51 } as const;
const options = {
  ignoreExitCode: 0x40,
  /** Together with the one above: nobody waits. */
  noWait: 0xc0,
  deferred: 0x400,
  rollback: 0x500,
  commit: 0x600,
  elevated: 0x800,
  secret: 0x2000,
} as const;
const kinds = ['binary', 'file', 'command', 'property', 'error'] as const;

type Basic = {
  readonly type: number;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
};

function basicOf(
  { field, it }: At<CustomActionDescription>,
  assets: Assets,
  folders: Folders,
  files: ReadonlySet<string>,
): Basic {
  if (it.binary !== undefined) {
    return { type: types.binary, source: assets.binaryId(it.binary), target: it.arguments };
  }
  if (it.file !== undefined) {
    if (!files.has(it.file)) throw wrong(`${field}.file`, `there is no file with the id ${it.file}`);
    return { type: types.file, source: it.file, target: it.arguments };
  }
  if (it.command !== undefined) {
    const folder = folders.at(it.folder, `${field}.folder`);
    return { type: types.command, source: folder.id, target: it.command };
  }
  if (it.property !== undefined) {
    const isFolder = folders.byId(it.property) !== undefined;
    return { type: isFolder ? types.folder : types.property, source: it.property, target: it.value };
  }
  return { type: types.error, target: it.error };
}

function checkAction({ field, it }: At<CustomActionDescription>): void {
  const given = kinds.filter((kind) => it[kind] !== undefined);
  if (given.length !== 1) throw wrong(field, `give one of ${kinds.join(', ')}, and only one`);
  if ((it.before === undefined) === (it.after === undefined)) {
    throw wrong(field, 'say where it stands: before or after an action, such as InstallFinalize');
  }
  const immediate = (it.when ?? 'immediate') === 'immediate';
  if (!immediate && (it.property !== undefined || it.error !== undefined)) {
    throw wrong(`${field}.when`, 'what sets a property, or ends the installation, is always immediate');
  }
  if (it.elevated && immediate) {
    throw wrong(`${field}.elevated`, 'only what is deferred has the rights of the service; set "when"');
  }
  if (!immediate && (it.sequence ?? 'execute') !== 'execute') {
    throw wrong(`${field}.sequence`, 'what is deferred runs in the execute sequence only');
  }
}

function optionBits(it: CustomActionDescription): number {
  const when = it.when === undefined || it.when === 'immediate' ? 0 : options[it.when];
  return (
    when |
    (it.ignoreExitCode ? options.ignoreExitCode : 0) |
    (it.noWait ? options.noWait : 0) |
    (it.elevated ? options.elevated : 0) |
    (it.secret ? options.secret : 0)
  );
}

/** Writes CustomAction, and says which actions stand in which sequence. */
export function writeCustomActions(
  product: ProductDescription,
  assets: Assets,
  folders: Folders,
  files: ReadonlySet<string>,
  rows: Rows,
): OwnActions {
  const placed: { at: Placed; sequence: 'execute' | 'ui' | 'both' }[] = [];
  for (const [index, it] of (product.customActions ?? []).entries()) {
    const action = { field: `customActions[${index}]`, it };
    checkAction(action);
    const { type, source, target } = basicOf(action, assets, folders, files);
    rows.add('CustomAction', action.field, {
      Action: it.id,
      Type: type | optionBits(it),
      Source: source,
      Target: target,
    });
    placed.push({ at: action, sequence: it.sequence ?? 'execute' });
  }
  const upgrade = product.upgrade ?? {};
  return {
    execute: placed.filter(({ sequence }) => sequence !== 'ui').map(({ at }) => at),
    ui: placed.filter(({ sequence }) => sequence !== 'execute').map(({ at }) => at),
    removeAfter: upgrade === false ? undefined : (upgrade.removeAfter ?? 'InstallValidate'),
  };
}

/** What is deferred must stand where the script is written. */
export function checkDeferred(product: ProductDescription, numbers: ReadonlyMap<string, number>): void {
  const start = numbers.get('InstallInitialize') ?? 0;
  const end = numbers.get('InstallFinalize') ?? 0;
  for (const [index, it] of (product.customActions ?? []).entries()) {
    const at = numbers.get(it.id) ?? 0;
    if ((it.when ?? 'immediate') === 'immediate' || (at > start && at < end)) continue;
    throw wrong(
      `customActions[${index}]`,
      'what is deferred must stand between InstallInitialize and InstallFinalize',
    );
  }
}
