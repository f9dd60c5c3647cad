/** A plan while it grows: operations in their order, and the machine as they would leave it. */
import type { RegistryChange, ServiceConfiguration } from '../host/model.ts';
import { type RegistryData, sameData } from '../root/data.ts';
import type { RegistryPlace } from '../root/registry.ts';
import type { PlanMachine } from './machine.ts';
import type { FileBytes, FileDecision, Operation, Plan } from './model.ts';
import { type PlannedFiles, parentFolder, plannedFiles } from './planned-files.ts';
import { type PlannedRegistry, parentOf, plannedRegistry } from './planned-registry.ts';

/** An operation without the action that asks for it. */
type Bare<One> = One extends unknown ? Omit<One, 'action' | 'product' | 'reason' | 'component'> : never;
export type Step = Bare<Operation>;

/** Who asks for an operation, and why. */
export type Because = { readonly action: string; readonly reason: string; readonly component?: string };

export type Skipped = Plan['skipped'][number];

export type Draft = {
  readonly operations: Operation[];
  readonly decisions: FileDecision[];
  readonly skipped: Skipped[];
  readonly removes: { readonly productCode: string; readonly version: string | undefined }[];
  readonly registry: PlannedRegistry;
  readonly files: PlannedFiles;
  /** Text files that were edited so far, by path in lower case. */
  readonly texts: Map<string, string>;
  /** Services that were changed so far, by name in lower case; undefined for those that are removed. */
  readonly services: Map<string, ServiceConfiguration | undefined>;
  /** Code of the product that is removed just now because another one replaces it. */
  removing: string | undefined;
  add(step: Step, because: Because): void;
  /** Sets a value where it is not so already. */
  set(place: RegistryPlace, name: string, data: RegistryData, because: Because): void;
  change(change: RegistryChange, because: Because): void;
  /** Removes a value that is there, and the keys that are empty then, upwards. */
  clear(place: RegistryPlace, name: string, because: Because): void;
  removeKey(place: RegistryPlace, because: Because): void;
  /** The same, and the keys above that are empty then. */
  removeTree(place: RegistryPlace, because: Because): void;
  /** Places a file, and makes the folders above it that are not there. */
  place(file: Placed, because: Because): Promise<void>;
  createFolder(path: string, because: Because): Promise<void>;
  /** Removes a file that is there. */
  remove(path: string, because: Because): Promise<boolean>;
  /** Removes a folder where it will be empty; answers whether it will be gone. */
  removeFolder(path: string, because: Because): Promise<boolean>;
};

export type Placed = { readonly path: string; readonly bytes: FileBytes; readonly size: number };

/** Keys that are part of Windows, however empty: HKLM\\Software itself, HKCU\\Software\\Classes. */
function isTop({ key }: RegistryPlace): boolean {
  const names = key.split('\\').filter((name) => name !== '');
  const shared = /^software\\(?:classes|microsoft|wow6432node|policies)$/i;
  return names.length <= 1 || shared.test(names.join('\\'));
}

function registrySteps(
  draft: Pick<Draft, 'registry' | 'add'>,
): Pick<Draft, 'set' | 'change' | 'clear' | 'removeKey' | 'removeTree'> {
  const { registry } = draft;
  const change: Draft['change'] = (one, because) => {
    registry.plan(one);
    draft.add({ kind: 'change-registry', changes: [one] }, because);
  };
  const removeKey: Draft['removeKey'] = (place, because) => {
    if (registry.has(place)) change({ kind: 'remove-key', place }, because);
  };
  /** Removes a key that is empty, and those above it that are empty then. */
  const tidy = (place: RegistryPlace | undefined, because: Because) => {
    for (let at = place; at !== undefined && !isTop(at); at = parentOf(at)) {
      const isEmpty = registry.values(at)?.length === 0 && registry.keys(at)?.length === 0;
      if (!isEmpty) break;
      removeKey(at, { ...because, reason: 'nothing is left in the key' });
    }
  };
  return {
    change,
    removeKey,
    removeTree(place, because) {
      if (!registry.has(place)) return;
      removeKey(place, because);
      tidy(parentOf(place), because);
    },
    set(place, name, data, because) {
      if (!sameData(registry.value(place, name), data)) change({ kind: 'set', place, name, data }, because);
    },
    clear(place, name, because) {
      if (registry.value(place, name) !== undefined) change({ kind: 'remove-value', place, name }, because);
      tidy(place, because);
    },
  };
}

function fileSteps(
  draft: Pick<Draft, 'files' | 'add'>,
): Pick<Draft, 'place' | 'createFolder' | 'remove' | 'removeFolder'> {
  const { files } = draft;
  const createFolder: Draft['createFolder'] = async (path, because) => {
    const plain = path.replace(/\\+$/, '');
    if (/^[A-Za-z]:$/.test(plain) || (await files.stat(plain)) !== undefined) return;
    const above = parentFolder(plain);
    if (above !== plain) await createFolder(above, because);
    files.createFolder(plain);
    draft.add({ kind: 'create-folder', path: plain }, because);
  };
  return {
    createFolder,
    async place({ path, bytes, size }, because) {
      await createFolder(parentFolder(path), { ...because, reason: `it is to hold ${path}` });
      files.place(path, size);
      draft.add({ kind: 'place-file', path, bytes, size }, because);
    },
    async remove(path, because) {
      const entry = await files.stat(path);
      if (entry === undefined || entry.kind === 'folder' || files.isPlaced(path)) return false;
      files.remove(path);
      draft.add({ kind: 'remove-file', path: entry.path }, because);
      return true;
    },
    async removeFolder(path, because) {
      const entry = await files.stat(path);
      if (entry?.kind !== 'folder') return true;
      if ((await files.names(path)).size > 0) return false;
      files.remove(path);
      draft.add({ kind: 'remove-folder', path: entry.path }, because);
      return true;
    },
  };
}

export function openDraft({ files, registry }: Pick<PlanMachine, 'files' | 'registry'>): Draft {
  const operations: Operation[] = [];
  const core = {
    registry: plannedRegistry(registry),
    files: plannedFiles(files),
    add(step: Step, because: Because) {
      const { removing } = draft;
      operations.push({ ...step, ...because, ...(removing === undefined ? {} : { product: removing }) });
    },
  };
  const draft: Draft = {
    operations,
    decisions: [],
    skipped: [],
    removes: [],
    texts: new Map(),
    services: new Map(),
    removing: undefined,
    ...core,
    ...registrySteps(core),
    ...fileSteps(core),
  };
  return draft;
}
