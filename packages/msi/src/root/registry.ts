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
      for (const key of keysAt(place)) {
        const value = key.values.get(fold(name));
        if (value) return value.data;
      }
      return undefined;
    },
    values(place) {
      const keys = keysAt(place);
      if (keys.length === 0) return undefined;
      const merged = new Map(keys.toReversed().flatMap((key) => [...key.values]));
      return [...merged.values()];
    },
    keys(place) {
      const keys = keysAt(place);
      if (keys.length === 0) return undefined;
      return [
        ...new Map(keys.toReversed().flatMap((key) => key.keys.map((name) => [fold(name), name]))).values(),
      ];
    },
  };
}
