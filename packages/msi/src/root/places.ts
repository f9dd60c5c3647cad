/** Where in which hive a key is, for whom: HKCR is two hives, and 32-bit programs have a view of their own. */
import { fold, type Hive } from './hive.ts';

export type RegistryHive = 'HKLM' | 'HKCU' | 'HKCR' | 'HKU';

export type RegistryPlace = {
  readonly hive: RegistryHive;
  /** Path below the hive, names with `\` between them; empty for the hive itself. */
  readonly key: string;
  /** View of 64-bit Windows; a 32-bit one has only one. */
  readonly view: '64' | '32';
};

/** Undefined where the root lacks the hive: it then has no keys. */
export type Hives = {
  readonly machine: Hive | undefined;
  readonly user: Hive | undefined;
  readonly defaultUser: Hive | undefined;
};

/** A key of one hive. */
export type HivePlace = { readonly hive: keyof Hives; readonly path: string };

export type KeyPlaces = {
  /** All keys that a place stands for, those that win before the others. */
  readonly looked: readonly HivePlace[];
  /** Where it is made while it is nowhere; undefined where this root keeps no such hive. */
  readonly home: HivePlace | undefined;
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
  return path.startsWith(above) && (path.length === above.length || path.charAt(above.length) === '\\');
}

type NarrowPaths = {
  /** Where to look, first to last. */
  readonly places: readonly string[];
  /** Where Windows makes it. */
  readonly home: string;
};

/**
 * Where a 32-bit program finds a key of HKLM on 64-bit Windows, the first that is there. Wine keeps what 32-bit programs
 * write apart even where Windows shares it, so there are two places to look.
 */
function narrowPaths(key: string): NarrowPaths {
  const folded = fold(key);
  const rest = key.slice('software\\'.length);
  if (!isBelow(folded, 'software') || rest === '' || isBelow(folded, 'software\\wow6432node'))
    return { places: [key], home: key };
  const below = fold(rest);
  if (isBelow(below, 'classes')) {
    const inside = rest.slice('classes\\'.length);
    if (inside === '') return { places: [key], home: key };
    const apart = `Software\\Classes\\Wow6432Node\\${inside}`;
    const separate = separateClasses.some((name) => isBelow(fold(inside), name));
    return separate ? { places: [apart], home: apart } : { places: [apart, key], home: key };
  }
  const apart = `Software\\Wow6432Node\\${rest}`;
  const isShared = shared.some((name) => isBelow(below, name));
  return isShared ? { places: [key, apart], home: key } : { places: [apart], home: apart };
}

/** Whether 32-bit and 64-bit programs have this key of HKLM each for themselves, on 64-bit Windows. */
export function viewsDiffer(key: string): boolean {
  return narrowPaths(key).home !== key;
}

export function classesOf(key: string): string {
  return key === '' ? 'Software\\Classes' : `Software\\Classes\\${key}`;
}

/** Without separators that name nothing. */
function cleanPath(key: string): string {
  if (!key.startsWith('\\') && !key.endsWith('\\') && !key.includes('\\\\')) return key;
  return key.replace(/^\\+|\\+$/g, '').replaceAll(/\\{2,}/g, '\\');
}

function machinePlaces(
  hives: Hives,
  key: string,
  view: RegistryPlace['view'],
): KeyPlaces & { home: HivePlace } {
  const place = (path: string): HivePlace => ({ hive: 'machine', path });
  const wide = hives.machine?.architecture === 'x64';
  if (!wide || view !== '32') {
    const only = place(key);
    return { looked: [only], home: only };
  }
  const { places, home } = narrowPaths(key);
  return { looked: places.map(place), home: place(home) };
}

function accountPlaces(hives: Hives, key: string): KeyPlaces {
  const [sid = '', ...rest] = key.split('\\');
  const only = (hive: keyof Hives): KeyPlaces => {
    const place = { hive, path: rest.join('\\') };
    return { looked: [place], home: place };
  };
  if (['.default', 's-1-5-18'].includes(fold(sid))) return only('defaultUser');
  const isThisUser = hives.user !== undefined && fold(hives.user.mount).endsWith(`\\${fold(sid)}`);
  return isThisUser && sid !== '' ? only('user') : { looked: [], home: undefined };
}

/**
 * Classes of the user lie over those of the machine. A key is made in the machine's, unless the user has it already:
 * learn.microsoft.com, "HKEY_CLASSES_ROOT Key".
 */
function classPlaces(hives: Hives, key: string, view: RegistryPlace['view']): KeyPlaces {
  const user: HivePlace = { hive: 'user', path: classesOf(key) };
  const machine = machinePlaces(hives, classesOf(key), view);
  const home = hives.user?.key(user.path) ? user : machine.home;
  return { looked: [user, ...machine.looked], home };
}

export function placesOf(hives: Hives, { hive, key, view }: RegistryPlace): KeyPlaces {
  const path = cleanPath(key);
  if (hive === 'HKLM') return machinePlaces(hives, path, view);
  if (hive === 'HKCR') return classPlaces(hives, path, view);
  if (hive === 'HKU') return accountPlaces(hives, path);
  const place: HivePlace = { hive: 'user', path };
  return { looked: [place], home: place };
}
