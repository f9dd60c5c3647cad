/** Snapshots as they are compared: without what is chance, and without what Wine does against a rule. */
import { emptySections, type Snapshot, valueMark } from './snapshot.ts';

/** One thing of a snapshot. */
export type Entry = { readonly part: 'files' | 'registry'; readonly name: string; readonly value: string };

/** Content of the packages that the installer keeps, by path in lower case with `/`. */
type Kept = ReadonlyMap<string, string>;

/** Answers what stands for the entry, or undefined for what is left out. */
type Rule = (entry: Entry, kept: Kept) => Entry | undefined;

export type Normaliser = {
  readonly name: string;
  /** Why; for a difference the page of learn.microsoft.com/windows/win32/msi that says what Windows does. */
  readonly because: string;
  readonly rule: Rule;
};

const isValue = (name: string, value: string): boolean => name.endsWith(`${valueMark}${value}`);

const registryOnly =
  (change: (entry: Entry) => Entry | undefined): Rule =>
  (entry) =>
    entry.part === 'registry' ? change(entry) : entry;

const without =
  (pattern: RegExp, part: Entry['part']): Rule =>
  (entry) =>
    entry.part === part && pattern.test(entry.name) ? undefined : entry;

const keptPackage = /windows[\\/]installer[\\/][0-9a-f]+\.msi/i;

/** Chance, time, and what Wine is doing beside. */
export const chances: readonly Normaliser[] = [
  {
    name: 'name of the kept package',
    because: 'It is drawn by chance; its content stands for it.',
    rule(entry, kept) {
      const contentOf = (path: string) =>
        `kept ${kept.get(path.toLowerCase().replaceAll('\\', '/').replace(/^c:\//, '')) ?? path}`;
      if (entry.part === 'files' && keptPackage.test(entry.name))
        return { ...entry, name: `kept ${entry.value}` };
      if (!isValue(entry.name, 'LocalPackage')) return entry;
      const path = /[a-z]:\\.*/i.exec(entry.value)?.[0] ?? entry.value;
      return { ...entry, value: contentOf(path) };
    },
  },
  {
    name: 'files of the test',
    because: 'The batch file that Wine runs, and the exit codes that it writes.',
    rule: without(/^(?:run\.bat|exit codes\.txt)$/i, 'files'),
  },
  {
    name: 'day of the installation',
    because: 'It changes at midnight, in between.',
    rule: (entry) => (isValue(entry.name, 'InstallDate') ? { ...entry, value: 'a day' } : entry),
  },
  {
    name: 'what every Windows has',
    because:
      'A fresh prefix of Wine has this key with its first value, and these folders with their first file.',
    rule: (entry) =>
      /^(?:HKCU\\Software\\Classes|Program Files(?: \(x86\))?\/Common Files\/)$/i.test(entry.name)
        ? undefined
        : entry,
  },
  {
    name: 'drivers of Wine',
    because: 'Wine writes the date of its display driver at every start.',
    rule: without(/\\Control\\(?:Class|Video)\\|^HKLM\\Hardware|\\Enum\\/i, 'registry'),
  },
];

/** Keys below Classes that 64-bit Windows has twice. */
const classes =
  /^HK(?:LM|CU)\\Software\\Classes\\(?:Wow6432Node\\)?(?!(?:CLSID|Interface|DirectShow|Media Type|MediaFoundation|Wow6432Node)(?:\\|$| -> ))(?=.)/i;
const menus =
  /^(?:users\/[^/]+\/AppData\/Roaming|ProgramData)\/(?=Microsoft\/Windows\/Start Menu\/Programs\/)/i;
const desktops = /^users\/[^/]+\/(?=Desktop\/)/i;

const environment = /\\Environment -> /i;
const serviceKey = /^HKLM\\System\\CurrentControlSet\\Services\\([^\\]+) -> (.*)$/i;

/** Rules of the documentation that Wine breaks. */
export const differences: readonly Normaliser[] = [
  {
    name: 'estimated size',
    because: '"Uninstall Registry Key": EstimatedSize is determined by the installer; Wine writes 0.',
    rule: (entry) => (isValue(entry.name, 'EstimatedSize') ? { ...entry, value: 'a size' } : entry),
  },
  {
    name: 'shortcuts of all users',
    because:
      '"ProgramMenuFolder" and "DesktopFolder" properties: with ALLUSERS they are folders of all users; in Wine of one user.',
    rule(entry) {
      if (entry.part !== 'files') return entry;
      return { ...entry, name: entry.name.replace(menus, 'menu/').replace(desktops, 'users/') };
    },
  },
  {
    name: 'classes of one user, and of 32-bit programs',
    because:
      '"Registry Table", Root 0: in HKCU\\Software\\Classes for a product of one user; "Registry Keys Affected by WOW64": both views share HKCR but for a few keys. Wine writes to HKLM\\Software\\Classes\\Wow6432Node.',
    rule: registryOnly((entry) => ({ ...entry, name: entry.name.replace(classes, 'HKCR\\') })),
  },
  {
    name: 'record of a service',
    because:
      '"ServiceInstall Table", CreateService: a path with blanks is quoted, and what the service manager keeps beside is its own affair.',
    rule: registryOnly((entry) => {
      const [, service, value] = serviceKey.exec(entry.name) ?? [];
      if (value === undefined) return entry;
      if (value === 'PreshutdownTimeout') return undefined;
      if (value === 'ImagePath') {
        return { ...entry, value: entry.value.replace(/^\d+ /, '').replace(/^"([^"]*)"/, '$1') };
      }
      return value === 'DisplayName' && entry.value === `1 ${service}` ? undefined : entry;
    }),
  },
  {
    name: 'separator of an environment variable',
    because:
      '"Environment Table", ICE65: the character beside [~] separates; Wine leaves it where it has nothing to separate, and an empty value where nothing is left.',
    rule: registryOnly((entry) => {
      if (!environment.test(entry.name)) return entry;
      const value = entry.value.split(';').filter(Boolean).join(';');
      return /^\d $/.test(value) ? undefined : { ...entry, value };
    }),
  },
];

/** Leaves out files that say nothing, with the folders that only they keep there. */
function withoutEmptySections(files: ReadonlyMap<string, string>): Map<string, string> {
  const left = new Map([...files].filter(([, content]) => content !== emptySections));
  for (const [name, content] of files) {
    if (content !== emptySections) continue;
    for (let folder = parentOf(name); folder !== ''; folder = parentOf(folder)) {
      const inside = [...left.keys()].some((other) => other !== folder && other.startsWith(folder));
      if (inside) break;
      left.delete(folder);
    }
  }
  return left;
}

/** `a/b/` of `a/b/c` and of `a/b/c/`; empty at the top. */
function parentOf(name: string): string {
  return name.slice(0, name.replace(/\/$/, '').lastIndexOf('/') + 1);
}

/** A snapshot as it is compared. */
export function normalise(snapshot: Snapshot): Snapshot {
  const kept = new Map(
    [...snapshot.files]
      .filter(([name]) => keptPackage.test(name))
      .map(([name, hash]) => [name.toLowerCase(), hash]),
  );
  const found = { files: new Map<string, string>(), registry: new Map<string, string>() };
  for (const part of ['files', 'registry'] as const) {
    for (const [name, value] of snapshot[part]) {
      let entry: Entry | undefined = { part, name, value };
      for (const { rule } of [...chances, ...differences]) entry = entry && rule(entry, kept);
      if (entry) found[part].set(entry.name, entry.value);
    }
  }
  return { ...found, files: withoutEmptySections(found.files) };
}
