/** The registry of a Windows root: its hives under their names, and the view that 32-bit programs have of them. */
import type { RegistryData, RegistryValue } from './data.ts';
import { fold, type Hive, type HiveKey } from './hive.ts';

export type RegistryHive = 'HKLM' | 'HKCU' | 'HKCR' | 'HKU';

export type RegistryPlace = {
  readonly hive: RegistryHive;
  /** Path below the hive, names with `\` between them; empty for the hive itself. */
  readonly key: string;
  /** View of 64-bit Windows; a 32-bit one has only one. */
  readonly view: '64' | '32';
};

export type RootRegistry = {
  /** Undefined where there is no such value; an empty name asks for the default value. */
  value(place: RegistryPlace, name: string): RegistryData | undefined;
  /** Undefined where there is no such key. */
  values(place: RegistryPlace): readonly RegistryValue[] | undefined;
  /** Names of the keys directly below; undefined where there is no such key. */
  keys(place: RegistryPlace): readonly string[] | undefined;
};

/** Undefined where the root lacks the hive: it then has no keys. */
export type Hives = {
  readonly machine: Hive | undefined;
  readonly user: Hive | undefined;
  readonly defaultUser: Hive | undefined;
};

/**
 * Keys below HKLM\Software that both views share, and those below Software\Classes that they do not.
 * Source: learn.microsoft.com, "Registry Keys Affected by WOW64" (Windows 7 and later).
 */
const shared = [
  'clients',
  'microsoft\\com3',
  'microsoft\\cryptography\\calais',
  'microsoft\\cryptography\\services',
  'microsoft\\eventsystem',
  'microsoft\\msmq',
  'microsoft\\rpc',
  'microsoft\\systemcertificates',
  'microsoft\\windows\\currentversion\\control panel\\cursors\\schemes',
  'microsoft\\windows\\currentversion\\explorer\\autoplayhandlers',
  'microsoft\\windows\\currentversion\\explorer\\driveicons',
  'microsoft\\windows\\currentversion\\explorer\\kindmap',
  'microsoft\\windows\\currentversion\\group policy',
  'microsoft\\windows\\currentversion\\policies',
  'microsoft\\windows\\currentversion\\setup',
  'microsoft\\windows\\currentversion\\telephony\\locations',
  'microsoft\\windows nt\\currentversion\\console',
  'microsoft\\windows nt\\currentversion\\fontdpi',
  'microsoft\\windows nt\\currentversion\\fontlink',
  'microsoft\\windows nt\\currentversion\\fontmapper',
  'microsoft\\windows nt\\currentversion\\fonts',
  'microsoft\\windows nt\\currentversion\\fontsubstitutes',
  'microsoft\\windows nt\\currentversion\\gre_initialize',
  'microsoft\\windows nt\\currentversion\\image file execution options',
  'microsoft\\windows nt\\currentversion\\languagepack',
  'microsoft\\windows nt\\currentversion\\networkcards',
  'microsoft\\windows nt\\currentversion\\perflib',
  'microsoft\\windows nt\\currentversion\\ports',
  'microsoft\\windows nt\\currentversion\\print',
  'microsoft\\windows nt\\currentversion\\profilelist',
  'microsoft\\windows nt\\currentversion\\time zones',
  'policies',
  'registeredapplications',
];
const separateClasses = ['clsid', 'directshow', 'interface', 'media type', 'mediafoundation'];

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}\\`);
}

/**
 * Where a 32-bit program finds a key of HKLM on 64-bit Windows, the first that is there. Wine keeps what 32-bit programs
 * write apart even where Windows shares it, so there are two places to look.
 */
function narrowPaths(key: string): readonly string[] {
  const folded = fold(key);
  const rest = key.slice('software\\'.length);
  if (!isBelow(folded, 'software') || rest === '' || isBelow(folded, 'software\\wow6432node')) return [key];
  const below = fold(rest);
  if (isBelow(below, 'classes')) {
    const inside = rest.slice('classes\\'.length);
    if (inside === '') return [key];
    const apart = `Software\\Classes\\Wow6432Node\\${inside}`;
    return separateClasses.some((name) => isBelow(fold(inside), name)) ? [apart] : [apart, key];
  }
  const apart = `Software\\Wow6432Node\\${rest}`;
  return shared.some((name) => isBelow(below, name)) ? [key, apart] : [apart];
}

function classesOf(key: string): string {
  return key === '' ? 'Software\\Classes' : `Software\\Classes\\${key}`;
}

/** Without separators at its ends: they name nothing. */
function cleanPath(key: string): string {
  return key.replace(/^\\+|\\+$/g, '');
}

export function rootRegistry(hives: Hives): RootRegistry {
  const wide = hives.machine?.architecture === 'x64';

  const machineKeys = (key: string, view: RegistryPlace['view']): readonly (HiveKey | undefined)[] =>
    (wide && view === '32' ? narrowPaths(key) : [key]).map((path) => hives.machine?.key(path));

  const userKey = (key: string): HiveKey | undefined => {
    const [sid = '', ...rest] = key.split('\\');
    const path = rest.join('\\');
    if (['.default', 's-1-5-18'].includes(fold(sid))) return hives.defaultUser?.key(path);
    const isThisUser = hives.user !== undefined && fold(hives.user.mount).endsWith(`\\${fold(sid)}`);
    return isThisUser ? hives.user?.key(path) : undefined;
  };

  /** The keys that a place stands for, the first before the others: HKCR lays the user's classes over the machine's. */
  const keysAt = ({ hive, key, view }: RegistryPlace): readonly HiveKey[] => {
    const path = cleanPath(key);
    const found =
      hive === 'HKLM'
        ? machineKeys(path, view)
        : hive === 'HKCU'
          ? [hives.user?.key(path)]
          : hive === 'HKU'
            ? [userKey(path)]
            : [hives.user?.key(classesOf(path)), ...machineKeys(classesOf(path), view)];
    return found.filter((one) => one !== undefined);
  };

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
