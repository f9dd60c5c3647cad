/** Changes of the registry as a journal keeps them, and what undoes them. */
import type { HostRegistry, RegistryChange } from '../host/model.ts';
import { type RegistryData, sameData } from '../root/data.ts';
import type { RegistryPlace } from '../root/registry.ts';

/** `RegistryData` in plain JSON. */
type KeptData =
  | Exclude<RegistryData, { kind: 'bytes' } | { kind: 'wide-number' }>
  | { readonly kind: 'wide-number'; readonly digits: string }
  | { readonly kind: 'bytes'; readonly type: number; readonly base64: string };

export type KeptChange =
  | Exclude<RegistryChange, { kind: 'set' }>
  | {
      readonly kind: 'set';
      readonly place: RegistryPlace;
      readonly name: string;
      readonly data: KeptData;
    };

function keptData(data: RegistryData): KeptData {
  if (data.kind === 'bytes') {
    return { kind: 'bytes', type: data.type, base64: Buffer.from(data.bytes).toString('base64') };
  }
  return data.kind === 'wide-number' ? { kind: 'wide-number', digits: String(data.number) } : data;
}

function dataOf(kept: KeptData): RegistryData {
  if (kept.kind === 'bytes') {
    return { kind: 'bytes', type: kept.type, bytes: Uint8Array.from(Buffer.from(kept.base64, 'base64')) };
  }
  return kept.kind === 'wide-number' ? { kind: 'wide-number', number: BigInt(kept.digits) } : kept;
}

export function keptChange(change: RegistryChange): KeptChange {
  return change.kind === 'set' ? { ...change, data: keptData(change.data) } : change;
}

export function changeOf(kept: KeptChange): RegistryChange {
  return kept.kind === 'set' ? { ...kept, data: dataOf(kept.data) } : kept;
}

function below(place: RegistryPlace, name: string): RegistryPlace {
  return { ...place, key: place.key === '' ? name : `${place.key}\\${name}` };
}

/** Deepest tree of keys: Windows has no deeper one. */
const mostDepth = 512;

/** What makes a key again as it is now, with all below it. */
function madeAgain(registry: HostRegistry, place: RegistryPlace, depth = 0): readonly RegistryChange[] {
  if (depth > mostDepth) return [];
  const values = registry.values(place);
  if (values === undefined) return [];
  return [
    { kind: 'create-key', place },
    ...values.map(({ name, data }): RegistryChange => ({ kind: 'set', place, name, data })),
    ...(registry.keys(place) ?? []).flatMap((name) => madeAgain(registry, below(place, name), depth + 1)),
  ];
}

/** The highest key on the way that is not there; undefined where the whole path is. */
function highestMissing(registry: HostRegistry, place: RegistryPlace): RegistryPlace | undefined {
  // Where a key is, all above it are.
  let missing: RegistryPlace | undefined;
  let at = place;
  while (registry.values(at) === undefined) {
    missing = at;
    const end = at.key.lastIndexOf('\\');
    if (end < 0) break;
    at = { ...at, key: at.key.slice(0, end) };
  }
  return missing;
}

/** The place with its names as they are stored. */
function stored(registry: HostRegistry, place: RegistryPlace): RegistryPlace {
  let at: RegistryPlace = { ...place, key: '' };
  for (const name of place.key.split('\\')) {
    const folded = name.toLowerCase();
    at = below(at, (registry.keys(at) ?? []).find((one) => one.toLowerCase() === folded) ?? name);
  }
  return at;
}

/** What makes a tree of keys as it is now, whatever becomes of it. */
export function treeRestored(registry: HostRegistry, place: RegistryPlace): readonly RegistryChange[] {
  const missing = highestMissing(registry, place);
  if (missing !== undefined) return [{ kind: 'remove-key', place: missing }];
  const at = stored(registry, place);
  return [{ kind: 'remove-key', place: at }, ...madeAgain(registry, at)];
}

/**
 * What undoes changes, in the order in which it is to be done. It is found before any change of the installation is made:
 * several changes of one value all go back to what it was at first, in whatever state they are broken off.
 */
export function undoOf(
  registry: HostRegistry,
  changes: readonly RegistryChange[],
): readonly RegistryChange[] {
  return changes.toReversed().flatMap((change): readonly RegistryChange[] => {
    const { place } = change;
    const missing = highestMissing(registry, place);
    // What is in a key that was not there goes with it.
    if (missing !== undefined) return [{ kind: 'remove-key', place: missing }];
    if (change.kind === 'create-key') return [];
    if (change.kind === 'remove-key') return madeAgain(registry, stored(registry, place));
    const before = registry
      .values(place)
      ?.find(({ name }) => name.toLowerCase() === change.name.toLowerCase());
    return before === undefined
      ? [{ kind: 'remove-value', place, name: change.name }]
      : [{ kind: 'set', place, ...before }];
  });
}

const keyOf = ({ hive, view, key }: RegistryPlace) => `${hive}\\${view}\\${key}`.toLowerCase();

/** Whether the registry says what the changes, one after the other, make of it; the first place where it does not. */
export function notApplied(
  registry: HostRegistry,
  changes: readonly RegistryChange[],
): { readonly key: string; readonly name: string } | undefined {
  const expected = new Map<string, Exclude<RegistryChange, { kind: 'remove-key' }>>();
  for (const change of changes) {
    const key = keyOf(change.place);
    if (change.kind === 'remove-key') {
      for (const known of [...expected.keys()]) {
        if (known.startsWith(`${key}\0`) || known.startsWith(`${key}\\`)) expected.delete(known);
      }
      continue;
    }
    const name = change.kind === 'create-key' ? '\0' : change.name.toLowerCase();
    expected.set(`${key}\0${name}`, change);
  }
  for (const change of expected.values()) {
    const { key } = change.place;
    if (change.kind === 'create-key') {
      if (registry.values(change.place) === undefined) return { key, name: '' };
    } else {
      const data = change.kind === 'set' ? change.data : undefined;
      if (!sameData(registry.value(change.place, change.name), data)) return { key, name: change.name };
    }
  }
  return undefined;
}
