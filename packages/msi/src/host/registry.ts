/** The registry of a root, changed: in memory, and each hive that changed written anew, whole and durable. */
import { HoldfastError } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import type { Clock } from '@holdfast/ports';
import { fold, type Hive, ticksOf } from '../root/hive.ts';
import { createKey, removeKey, removeValue, setValue, type TakeBack } from '../root/hive-changes.ts';
import { hiveText } from '../root/hive-writer.ts';
import { type HivePlace, placesOf, type RegistryPlace } from '../root/places.ts';
import { rootRegistry } from '../root/registry.ts';
import { rootLayout } from '../root/root.ts';
import type { FileMark, HiveFiles, HiveFolder } from './hive-files.ts';
import type { HostRegistry, RegistryChange } from './model.ts';

/** All that a root has; one that is not on disk yet is empty. */
export type WholeHives = {
  readonly machine: Hive;
  readonly user: Hive;
  readonly defaultUser: Hive;
};
type HiveName = keyof WholeHives;

/** Where the hives of a root hang that Wine did not make. */
export const mounts = {
  machine: 'REGISTRY\\Machine',
  user: 'REGISTRY\\User\\S-1-5-21-0-0-0-1000',
  defaultUser: 'REGISTRY\\User\\.Default',
} as const satisfies Record<HiveName, string>;

export type FileMarks = Readonly<Record<HiveName, FileMark>>;

type Changed = { readonly hive: HiveName; readonly takeBack: TakeBack };

/** The keys of hives that a change is made at: where a reader of its view would look. */
function targetsOf(hives: WholeHives, change: RegistryChange): readonly HivePlace[] {
  const { looked, home } = placesOf(hives, change.place);
  const asksValue = change.kind === 'set' || change.kind === 'remove-value';
  const first = looked.find(({ hive, path }) => {
    const key = hives[hive].key(path);
    return asksValue ? key?.values.has(fold(change.name)) === true : key !== undefined;
  });
  const only = first ?? home;
  if (change.kind === 'set' || change.kind === 'create-key') {
    if (only) return [only];
    const key = `${change.place.hive}\\${change.place.key}`;
    throw new HoldfastError('root.invalid', `This root keeps no hive for ${key}.`, { details: { key } });
  }
  // All places of one hive are one key to a reader; another hive below it comes to light, as on Windows.
  return looked.filter(({ hive }) => hive === only?.hive);
}

function changeAt(hive: Hive, path: string, change: RegistryChange, now: bigint): TakeBack | undefined {
  switch (change.kind) {
    case 'set':
      return setValue(hive, path, { name: change.name, data: change.data }, now);
    case 'create-key':
      return createKey(hive, path, now);
    case 'remove-value':
      return removeValue(hive, path, change.name, now);
    case 'remove-key':
      return removeKey(hive, path, now);
  }
}

/** Makes one change in memory. */
function* changesOf(hives: WholeHives, change: RegistryChange, now: bigint): Generator<Changed> {
  for (const { hive, path } of targetsOf(hives, change)) {
    const takeBack = changeAt(hives[hive], path, change, now);
    if (takeBack) yield { hive, takeBack };
  }
}

/** The place that is this key of a hive and no other. */
function placeOf({ hive, path }: HivePlace): RegistryPlace {
  if (hive === 'machine') return { hive: 'HKLM', key: path, view: '64' };
  if (hive === 'user') return { hive: 'HKCU', key: path, view: '64' };
  return { hive: 'HKU', key: path === '' ? '.Default' : `.Default\\${path}`, view: '64' };
}

/** A wineserver keeps the registry in memory: what was written would be lost, or lose what it has. */
function served(path: string): HoldfastError {
  return new HoldfastError('conflict', `A wineserver runs on ${path}: end it first (wineserver -k).`, {
    details: { path },
  });
}

export type RegistryPorts = {
  readonly folder: HiveFolder;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a wineserver runs on the root now, where that can be told. */
  readonly isServed?: (() => Promise<boolean>) | undefined;
};

/**
 * The registry of the root in a folder. No wineserver may run on the root meanwhile: it keeps the registry in memory, and
 * writes over the files whenever it likes. A file that another program wrote since it was read is never written over.
 * @param path absolute path of the root
 * @returns `apply` throws HoldfastError `conflict` where another program wrote a hive, `root.invalid` for a key that
 *   this root cannot have, `disk.*`; nothing that was asked for is then seen
 */
export function hostRegistry(
  { folder, clock, isServed }: RegistryPorts,
  path: string,
  hives: WholeHives,
  marks: FileMarks,
): HostRegistry {
  const serial = createSerial();
  const known: Record<HiveName, FileMark> = { ...marks };
  /** Hives whose file may be other than memory: a write of them failed, or of another that belongs to it. */
  const doubtful = new Set<HiveName>();

  async function write(files: HiveFiles, hive: HiveName): Promise<void> {
    const name = rootLayout[hive];
    const [before, now] = [known[hive], await files.mark(name)];
    const same = before?.size === now?.size && before?.modified === now?.modified;
    if (!same && !doubtful.has(hive)) {
      throw new HoldfastError('conflict', `Another program wrote ${path}/${name}: a wineserver runs on it.`, {
        details: { file: name },
      });
    }
    doubtful.add(hive);
    await files.replace(name, hiveText(hives[hive]));
    known[hive] = await files.mark(name);
    doubtful.delete(hive);
  }

  return {
    ...rootRegistry(hives),
    physical: (change) => targetsOf(hives, change).map((place) => ({ ...change, place: placeOf(place) })),
    apply: (changes) =>
      serial(async () => {
        const now = ticksOf(clock.now() / 1000);
        const done: Changed[] = [];
        const rewritten: HiveName[] = [];
        try {
          for (const change of changes) {
            for (const one of changesOf(hives, change, now)) done.push(one);
          }
          const written = new Set([...done.map(({ hive }) => hive), ...doubtful]);
          if (written.size === 0) return;
          if (await isServed?.()) throw served(path);
          await folder(async (files) => {
            for (const hive of written) {
              await write(files, hive);
              rewritten.push(hive);
            }
          });
        } catch (thrown) {
          for (const { takeBack } of done.toReversed()) takeBack();
          for (const hive of rewritten) doubtful.add(hive);
          throw thrown;
        }
      }),
  };
}
