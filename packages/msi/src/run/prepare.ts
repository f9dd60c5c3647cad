/** From what is to be done to how it is done and undone: looked up before anything is changed. */
import type { HostRegistry, RegistryChange, WindowsHost } from '../host/model.ts';
import type { Operation, Plan } from '../plan/model.ts';
import { forEachSideBySide } from '../pool.ts';
import type { Area } from './area.ts';
import { installerErrors, installerFailure } from './failure.ts';
import { type KeptChange, keptChange, treeRestored, undoOf } from './kept-changes.ts';
import { keepFile } from './kept-files.ts';
import type { Staged } from './stage.ts';
import type { BareStep, KeptFile, KeptPath, Step, StepKinds } from './steps.ts';

type Files = WindowsHost['files'];
type Service = NonNullable<Awaited<ReturnType<WindowsHost['services']['get']>>>;

const fold = (path: string) => path.replace(/\\+$/, '').toLowerCase();

/** Paths of the folders of a path, the highest first, without the drive. */
function foldersAbove(path: string): readonly string[] {
  const names = path.split('\\').filter((name) => name !== '');
  return names.slice(2).map((_, index) => names.slice(0, index + 2).join('\\'));
}

/** Which folders were not there, each looked at once. */
function folderLooker(files: Files) {
  const known = new Map<string, Promise<boolean>>();
  const isThere = (path: string): Promise<boolean> => {
    const folded = fold(path);
    const there =
      known.get(folded) ??
      files.stat(path).then((entry) => {
        if (entry === undefined || entry.kind === 'folder') return entry !== undefined;
        throw installerFailure(
          installerErrors.folderInTheWay,
          [path],
          `The folder ${path} cannot be made: a ${entry.kind} has that name.`,
        );
      });
    known.set(folded, there);
    return there;
  };
  return async (folders: readonly string[]): Promise<readonly string[]> => {
    for (const [index, folder] of folders.entries()) {
      if (!(await isThere(folder))) return folders.slice(index);
    }
    return [];
  };
}

/** Paths that operations may change, as they are now: each file copied once, several at a time. */
async function keepPaths(
  files: Files,
  area: Area,
  operations: readonly Operation[],
): Promise<(path: string) => KeptPath> {
  const first = new Map<string, { readonly path: string; readonly number: number }>();
  // Numbers behind those of the operations are for the files that the system brings by itself.
  let next = operations.length;
  for (const [number, operation] of operations.entries()) {
    const paths =
      operation.kind === 'place-file'
        ? [{ path: operation.path, number }]
        : operation.kind === 'ask-protection'
          ? operation.paths.map((path) => ({ path, number: next++ }))
          : [];
    for (const one of paths) if (!first.has(fold(one.path))) first.set(fold(one.path), one);
  }
  const missingOf = folderLooker(files);
  const kept = new Map<string, { file: KeptFile | null; missing: readonly string[] }>();
  await forEachSideBySide([...first], async ([folded, { path, number }]) => {
    const missing = await missingOf(foldersAbove(path));
    const file = missing.length > 0 ? null : await keepFile(files, area, path, number);
    kept.set(folded, { file, missing });
  });
  return (path) => ({ path, ...(kept.get(fold(path)) ?? { file: null, missing: [] }) });
}

/** Whether a later operation brings back what an earlier one takes away. */
function supersededBy(operations: readonly Operation[], kind: 'place-file' | 'create-folder') {
  const last = new Map<string, number>();
  for (const [number, operation] of operations.entries()) {
    if (operation.kind === kind) last.set(fold(operation.path), number);
  }
  return (path: string, number: number) => (last.get(fold(path)) ?? -1) > number;
}

const serviceKey = (name: string) =>
  ({ hive: 'HKLM', key: `System\\CurrentControlSet\\Services\\${name}`, view: '64' }) as const;

const kept = (changes: readonly RegistryChange[]): readonly KeptChange[] => changes.map(keptChange);

/** Facts that are looked up for a step: all before the first change. */
type Looked = {
  readonly staged: Staged;
  readonly keptPath: (path: string) => KeptPath;
  readonly missingFolders: (folders: readonly string[]) => Promise<readonly string[]>;
  readonly filePlacedLater: (path: string, number: number) => boolean;
  readonly folderMadeLater: (path: string, number: number) => boolean;
  readonly service: (name: string) => Promise<Service | undefined>;
};

async function stepOf(
  operation: Operation,
  number: number,
  { registry }: WindowsHost,
  looked: Looked,
): Promise<BareStep> {
  const { kind } = operation;
  switch (kind) {
    case 'create-folder':
      return {
        kind,
        missing: await looked.missingFolders([...foldersAbove(operation.path), operation.path]),
      };
    case 'remove-folder':
      return { kind, path: operation.path, superseded: looked.folderMadeLater(operation.path, number) };
    case 'place-file': {
      const facts = looked.staged.get(number);
      if (facts === undefined) throw installerFailure(installerErrors.internal, [], 'A file was not staged.');
      return { kind, ...looked.keptPath(operation.path), ...facts };
    }
    case 'remove-file':
      return { kind, path: operation.path, superseded: looked.filePlacedLater(operation.path, number) };
    case 'change-registry': {
      const changes = operation.changes.flatMap((change) => registry.physical(change));
      return { kind, changes: kept(changes), undo: kept(undoOf(registry, changes)) };
    }
    case 'put-service': {
      const { configuration } = operation;
      const before = (await looked.service(configuration.name))?.configuration ?? null;
      return { kind, configuration, before, undo: undoOfService(registry, configuration.name) };
    }
    case 'remove-service': {
      const { name, vital } = operation;
      const before = (await looked.service(name))?.configuration ?? null;
      return { kind, name, vital, before, undo: undoOfService(registry, name) };
    }
    case 'start-service':
    case 'stop-service': {
      const { name, vital, words = [] } = operation;
      const running = (await looked.service(name))?.running ?? false;
      return { kind, name, vital, words, running };
    }
    case 'ask-protection':
      return { kind, files: operation.paths.map(looked.keptPath) };
    case 'run-program':
      return { kind, customAction: operation.customAction };
  }
}

function undoOfService(registry: HostRegistry, name: string): StepKinds['put-service']['undo'] {
  return kept(treeRestored(registry, serviceKey(name)));
}

/**
 * Copies every file that will be replaced, durable, and looks up what undoes each operation.
 * @returns one step for each operation of the plan, in its order
 */
export async function prepare(
  host: WindowsHost,
  area: Area,
  { operations }: Plan,
  staged: Staged,
): Promise<readonly Step[]> {
  const looked: Looked = {
    staged,
    keptPath: await keepPaths(host.files, area, operations),
    missingFolders: folderLooker(host.files),
    filePlacedLater: supersededBy(operations, 'place-file'),
    folderMadeLater: supersededBy(operations, 'create-folder'),
    service: (name) => host.services.get(name),
  };
  const steps: Step[] = [];
  for (const [number, operation] of operations.entries()) {
    steps.push({ ...(await stepOf(operation, number, host, looked)), action: operation.action });
  }
  return steps;
}
