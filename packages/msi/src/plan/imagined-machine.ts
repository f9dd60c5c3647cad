/** A machine that is only described: Windows and nothing else, then what a plan leaves on it. Nothing of it is on a disk. */
import { HoldfastError } from '@holdfast/contract';
import type { FileTimes } from '@holdfast/ports';
import type { TargetMachine } from '../evaluate/model.ts';
import type { ServiceConfiguration } from '../host/model.ts';
import type { Product, ProductFile } from '../product/model.ts';
import type { RootEntry } from '../root/files.ts';
import type { RootRegistry } from '../root/registry.ts';
import { bytesSource } from '../source.ts';
import type { FileLooker, PlanMachine } from './machine.ts';
import type { FileBytes, Operation, Plan } from './model.ts';
import { foldPath, parentFolder } from './planned-files.ts';
import { type PlannedRegistry, plannedRegistry } from './planned-registry.ts';

/** What may have happened to an installed file. */
export type FileDamage =
  /** Somebody removed it. */
  | 'missing'
  /** Its content is another one, of the same version; it was modified after it was made, as a user does it. */
  | 'changed'
  /** Its version is higher than that of the package; only a file with a version can be newer. */
  | 'newer';

export type ImaginedMachine = PlanMachine & {
  /** Takes the operations as done, all of them with success. */
  carryOut(plan: Pick<Plan, 'operations'>, product: Product): void;
  /** Answers whether it made a difference: the file is there, and this can happen to it. */
  damage(path: string, damage: FileDamage): boolean;
};

type Facts = Awaited<ReturnType<FileLooker['version']>>;

type ImaginedFile = RootEntry & {
  /** Known for what the plan itself makes. */
  readonly bytes: Uint8Array | undefined;
  readonly version: Facts;
  readonly hash: string | undefined;
  readonly checksumHolds: boolean;
  readonly times: FileTimes;
};

const day = 86_400_000;

function languagesOf({ languages }: ProductFile): readonly number[] {
  return (languages ?? '')
    .split(',')
    .map((one) => Number.parseInt(one, 10))
    .filter(Number.isSafeInteger);
}

/** `9.0.30729.1` comes before `10.0.30729.1`. */
function nextVersion(version: string): string {
  const [first = '0', ...rest] = version.split('.');
  return [Math.min(65_535, Number(first) + 1), ...rest].join('.');
}

const nothing: RootRegistry = { value: () => undefined, values: () => undefined, keys: () => undefined };

/** Entries by folded path, and the names in every folder. */
function imaginedDisk(machine: TargetMachine, now: number) {
  const entries = new Map<string, ImaginedFile>();
  const names = new Map<string, Map<string, string>>();

  function put(entry: ImaginedFile): void {
    const folded = foldPath(entry.path);
    entries.set(folded, entry);
    const above = parentFolder(folded);
    if (above === folded) return;
    const siblings = names.get(above) ?? new Map<string, string>();
    siblings.set(folded.slice(above.length + 1), entry.path.slice(above.length + 1));
    names.set(above, siblings);
  }
  function folder(path: string): void {
    const plain = path.replace(/\\+$/, '');
    if (entries.has(foldPath(plain))) return;
    const above = parentFolder(plain);
    if (above !== plain) folder(above);
    const times = { created: now, modified: now };
    const rest = { bytes: undefined, version: undefined, hash: undefined, checksumHolds: true, times };
    put({ path: plain, kind: 'folder', size: 0, ...rest });
  }
  for (const path of [...machine.folders.values(), ...machine.userFolders.values()]) folder(path);
  // Where Windows keeps the packages of all products.
  folder(`${machine.folders.get('WindowsFolder') ?? 'C:\\Windows\\'}Installer`);
  return {
    entries,
    put,
    folder,
    remove(path: string): void {
      const folded = foldPath(path);
      entries.delete(folded);
      const above = parentFolder(folded);
      names.get(above)?.delete(folded.slice(above.length + 1));
    },
    list: (path: string): readonly string[] => [...(names.get(foldPath(path))?.values() ?? [])],
  };
}

type ImaginedDisk = ReturnType<typeof imaginedDisk>;

type Content = Pick<ImaginedFile, 'bytes' | 'version' | 'hash'>;

/** What is known of the content of a file that a plan places. */
function contentOf(from: FileBytes, product: Product, { entries }: ImaginedDisk): Content {
  const unknown: Content = { bytes: undefined, version: undefined, hash: undefined };
  switch (from.from) {
    case 'package': {
      const file = product.files.get(from.file);
      if (!file) return unknown;
      const { version, hash } = file;
      const languages = languagesOf(file);
      return { ...unknown, version: version === undefined ? undefined : { version, languages }, hash };
    }
    case 'memory':
      return { ...unknown, bytes: Buffer.from(from.base64, 'base64') };
    case 'machine':
      return entries.get(foldPath(from.path)) ?? unknown;
    case 'stream':
    case 'database':
      return unknown;
  }
}

type Placing = Extract<Operation, { kind: 'place-file' }>;

function placed(operation: Placing, product: Product, disk: ImaginedDisk, now: number): ImaginedFile {
  const { bytes, version, hash } = contentOf(operation.bytes, product, disk);
  const { path, size } = operation;
  const times = { created: now, modified: now };
  return { path, kind: 'file', size, bytes, version, hash, checksumHolds: true, times };
}

function lookerOf({ entries }: ImaginedDisk): FileLooker {
  const find = async (path: string) => entries.get(foldPath(path));
  return {
    entry: find,
    times: async (path) => (await find(path))?.times,
    version: async (path) => (await find(path))?.version,
    hash: async (path) => (await find(path))?.hash,
    checksumHolds: async (path) => (await find(path))?.checksumHolds ?? true,
    async [Symbol.asyncDispose]() {},
  };
}

function filesOf({ entries, list }: ImaginedDisk): PlanMachine['files'] {
  return {
    covers: (path) => /^[a-z]:(?:\\|$)/i.test(path),
    stat: async (path) => entries.get(foldPath(path)),
    list: async (path) => list(path),
    async read(path, use) {
      const bytes = entries.get(foldPath(path))?.bytes;
      return bytes && (await use(bytesSource(bytes)));
    },
    async open(path) {
      throw new HoldfastError('disk.not-found', `${path} is only imagined: no disk has it.`);
    },
  };
}

type ImaginedServices = Map<string, { configuration: ServiceConfiguration; running: boolean }>;

type Parts = {
  readonly disk: ImaginedDisk;
  readonly registry: PlannedRegistry;
  /** By name in lower case. */
  readonly services: ImaginedServices;
  readonly now: number;
};

/** Takes one operation as done. What the system itself or a program would do is not known. */
function doing({ disk, registry, services, now }: Parts): (operation: Operation, product: Product) => void {
  return (operation, product) => {
    switch (operation.kind) {
      case 'create-folder':
        disk.folder(operation.path);
        break;
      case 'remove-folder':
      case 'remove-file':
        disk.remove(operation.path);
        break;
      case 'place-file':
        disk.put(placed(operation, product, disk, now));
        break;
      case 'change-registry':
        for (const change of operation.changes) registry.plan(change);
        break;
      case 'put-service': {
        const { configuration } = operation;
        services.set(configuration.name.toLowerCase(), { configuration, running: false });
        break;
      }
      case 'remove-service':
        services.delete(operation.name.toLowerCase());
        break;
      case 'start-service':
      case 'stop-service': {
        const service = services.get(operation.name.toLowerCase());
        if (service) service.running = operation.kind === 'start-service';
        break;
      }
    }
  };
}

/** The same file after something happened to it; undefined where that cannot be. */
function damaged(file: ImaginedFile, damage: Exclude<FileDamage, 'missing'>): ImaginedFile | undefined {
  const { version, times } = file;
  if (damage === 'newer') {
    return version && { ...file, version: { ...version, version: nextVersion(version.version) } };
  }
  const later = { created: times.created, modified: times.modified + day };
  return { ...file, bytes: undefined, hash: undefined, checksumHolds: false, times: later };
}

/**
 * A Windows with its own folders, an empty registry and no product.
 * @param now milliseconds since 1970: when everything happens
 */
export function imagineMachine(machine: TargetMachine, now: number): ImaginedMachine {
  const disk = imaginedDisk(machine, now);
  const registry = plannedRegistry(nothing);
  const services: ImaginedServices = new Map();

  const carryOut = doing({ disk, registry, services, now });
  return {
    machine,
    files: filesOf(disk),
    look: () => lookerOf(disk),
    registry,
    services: { run: true, get: async (name) => services.get(name.toLowerCase()) },
    protection: { isProtected: async () => false },
    clock: { now: () => now },
    carryOut(plan, product) {
      for (const operation of plan.operations) carryOut(operation, product);
    },
    damage(path, damage) {
      const file = disk.entries.get(foldPath(path));
      if (file?.kind !== 'file') return false;
      if (damage === 'missing') {
        disk.remove(file.path);
        return true;
      }
      const after = damaged(file, damage);
      if (after) disk.put(after);
      return after !== undefined;
    },
  };
}
