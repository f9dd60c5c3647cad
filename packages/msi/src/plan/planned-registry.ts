/** The registry as it will be: reads see what was planned so far, and nothing is changed. */
import type { RegistryChange } from '../host/model.ts';
import type { RegistryValue } from '../root/data.ts';
import { fold } from '../root/hive.ts';
import { classesOf, viewsDiffer } from '../root/places.ts';
import type { RegistryPlace, RootRegistry } from '../root/registry.ts';

export type PlannedRegistry = RootRegistry & {
  plan(change: RegistryChange): void;
  has(place: RegistryPlace): boolean;
};

/** What was planned for one key. */
type Key = { readonly values: Map<string, RegistryValue | undefined>; readonly below: Map<string, string> };

function cleanKey(key: string): string {
  if (!key.startsWith('\\') && !key.endsWith('\\')) return key;
  return key.replace(/^\\+|\\+$/g, '');
}

export function parentOf(place: RegistryPlace): RegistryPlace | undefined {
  const key = cleanKey(place.key);
  const cut = key.lastIndexOf('\\');
  return cut < 0 ? undefined : { ...place, key: key.slice(0, cut) };
}

/** One text for one key. Only in parts of HKLM\Software and HKCR do the two views differ. */
function pathTo({ hive, key, view }: RegistryPlace): string {
  const folded = fold(cleanKey(key));
  const apart = hive === 'HKCR' ? viewsDiffer(classesOf(folded)) : hive === 'HKLM' && viewsDiffer(folded);
  return `${hive}:${apart ? view : '64'}\\${folded}`;
}

/** @param real what the machine has now */
export function plannedRegistry(real: RootRegistry): PlannedRegistry {
  /** The same few places are asked for again and again. */
  const paths = new WeakMap<RegistryPlace, string>();
  function pathOf(place: RegistryPlace): string {
    const known = paths.get(place);
    if (known !== undefined) return known;
    const path = pathTo(place);
    paths.set(place, path);
    return path;
  }
  const keys = new Map<string, Key>();
  /** Keys that are removed with everything below them. */
  const gone = new Set<string>();
  /** What was asked of them since the last one was removed. */
  const goneOrNot = new Map<string, boolean>();

  function isGone(path: string): boolean {
    if (gone.size === 0) return false;
    const known = goneOrNot.get(path);
    if (known !== undefined) return known;
    const end = path.lastIndexOf('\\');
    const answer = end >= 0 && (gone.has(path) || isGone(path.slice(0, end)));
    goneOrNot.set(path, answer);
    return answer;
  }
  function make(place: RegistryPlace): Key {
    const path = pathOf(place);
    const known = keys.get(path);
    if (known) return known;
    const key: Key = { values: new Map(), below: new Map() };
    keys.set(path, key);
    const above = parentOf(place);
    if (above) {
      const name = cleanKey(place.key).slice(cleanKey(above.key).length + 1);
      make(above).below.set(fold(name), name);
    }
    return key;
  }
  function removeKey(place: RegistryPlace): void {
    const path = pathOf(place);
    for (const one of [...keys.keys()]) if (one === path || one.startsWith(`${path}\\`)) keys.delete(one);
    gone.add(path);
    goneOrNot.clear();
    const above = parentOf(place);
    if (above) keys.get(pathOf(above))?.below.delete(path.slice(pathOf(above).length + 1));
  }
  const hasReal = (place: RegistryPlace): boolean =>
    !isGone(pathOf(place)) && real.values(place) !== undefined;
  const has = (place: RegistryPlace): boolean => keys.has(pathOf(place)) || hasReal(place);

  return {
    has,
    value(place, name) {
      const planned = keys.get(pathOf(place))?.values;
      if (planned?.has(fold(name))) return planned.get(fold(name))?.data;
      return isGone(pathOf(place)) ? undefined : real.value(place, name);
    },
    values(place) {
      if (!has(place)) return undefined;
      const base = hasReal(place) ? (real.values(place) ?? []) : [];
      const merged = new Map<string, RegistryValue | undefined>(base.map((one) => [fold(one.name), one]));
      for (const [name, value] of keys.get(pathOf(place))?.values ?? []) merged.set(name, value);
      return [...merged.values()].filter((one) => one !== undefined);
    },
    keys(place) {
      if (!has(place)) return undefined;
      const path = pathOf(place);
      const base = hasReal(place) ? (real.keys(place) ?? []) : [];
      const merged = new Map(
        base.filter((name) => !isGone(`${path}\\${fold(name)}`)).map((name) => [fold(name), name]),
      );
      for (const [folded, name] of keys.get(path)?.below ?? [])
        merged.set(folded, merged.get(folded) ?? name);
      return [...merged.values()];
    },
    plan(change) {
      switch (change.kind) {
        case 'set':
          make(change.place).values.set(fold(change.name), { name: change.name, data: change.data });
          break;
        case 'remove-value':
          make(change.place).values.set(fold(change.name), undefined);
          break;
        case 'create-key':
          make(change.place);
          break;
        case 'remove-key':
          removeKey(change.place);
          break;
      }
    },
  };
}
