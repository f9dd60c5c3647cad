/** The registry of a Windows root: its hives under their names, and the view that 32-bit programs have of them. */
import type { RegistryData, RegistryValue } from './data.ts';
import { fold, type HiveKey } from './hive.ts';
import { type Hives, placesOf, type RegistryPlace } from './places.ts';

export type { Hives, RegistryHive, RegistryPlace } from './places.ts';

export type RootRegistry = {
  /** Undefined where there is no such value; an empty name asks for the default value. */
  value(place: RegistryPlace, name: string): RegistryData | undefined;
  /** Undefined where there is no such key. */
  values(place: RegistryPlace): readonly RegistryValue[] | undefined;
  /** Names of the keys directly below; undefined where there is no such key. */
  keys(place: RegistryPlace): readonly string[] | undefined;
};

export function rootRegistry(hives: Hives): RootRegistry {
  const keysAt = (place: RegistryPlace): readonly HiveKey[] =>
    placesOf(hives, place)
      .looked.map(({ hive, path }) => hives[hive]?.key(path))
      .filter((key) => key !== undefined);

  return {
    value(place, name) {
      const folded = fold(name);
      for (const { hive, path } of placesOf(hives, place).looked) {
        const value = hives[hive]?.key(path)?.values.get(folded);
        if (value) return value.data;
      }
      return undefined;
    },
    values(place) {
      const keys = keysAt(place);
      const [only] = keys;
      if (only === undefined) return undefined;
      if (keys.length === 1) return [...only.values.values()];
      const merged = new Map(keys.toReversed().flatMap((key) => [...key.values]));
      return [...merged.values()];
    },
    keys(place) {
      const keys = keysAt(place);
      const [only] = keys;
      if (only === undefined) return undefined;
      if (keys.length === 1) return [...only.keys.values()];
      return [...new Map(keys.toReversed().flatMap((key) => [...key.keys])).values()];
    },
  };
}
