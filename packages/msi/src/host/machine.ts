/** Which Windows lies in a root: what its registry says of it, and where it says nothing what Windows has by default. */
import { describeMachine, type MachineDescription, type WindowsVersion } from '../evaluate/machine.ts';
import type { TargetMachine } from '../evaluate/model.ts';
import type { RegistryPlace, RootRegistry } from '../root/registry.ts';

const windowsNt = 'Software\\Microsoft\\Windows NT\\CurrentVersion';
const windows = 'Software\\Microsoft\\Windows\\CurrentVersion';
const shellFolders = `${windows}\\Explorer\\Shell Folders`;

/** Versions that can be described; a newer one is the newest of them. */
const versions: readonly string[] = ['5.0', '5.1', '5.2', '6.0', '6.1', '6.2', '6.3', '10.0'];

function isVersion(text: string): text is WindowsVersion {
  return versions.includes(text);
}

/** Names of values of Shell Folders, by the folder property that they are. Those of one user, whoever installs: */
const userFolderValues: Readonly<Record<string, string>> = {
  AppDataFolder: 'AppData',
  LocalAppDataFolder: 'Local AppData',
  FavoritesFolder: 'Favorites',
  MyPicturesFolder: 'My Pictures',
  NetHoodFolder: 'NetHood',
  PersonalFolder: 'Personal',
  PrintHoodFolder: 'PrintHood',
  RecentFolder: 'Recent',
  SendToFolder: 'SendTo',
};

/** of the user, or with `Common` before them of all users. */
const sharedFolderValues: Readonly<Record<string, string>> = {
  DesktopFolder: 'Desktop',
  StartMenuFolder: 'Start Menu',
  ProgramMenuFolder: 'Programs',
  AdminToolsFolder: 'Administrative Tools',
  StartupFolder: 'Startup',
  TemplateFolder: 'Templates',
};

type Reader = {
  text(hive: 'HKLM' | 'HKCU', key: string, name: string): string | undefined;
  number(key: string, name: string): number | undefined;
};

function readerOf(registry: RootRegistry): Reader {
  const value = (hive: 'HKLM' | 'HKCU', key: string, name: string) => {
    const place: RegistryPlace = { hive, key, view: '64' };
    return registry.value(place, name);
  };
  return {
    text(hive, key, name) {
      const data = value(hive, key, name);
      return data?.kind === 'text' || data?.kind === 'expandable' ? data.text : undefined;
    },
    number(key, name) {
      const data = value('HKLM', key, name);
      return data?.kind === 'number' ? data.number : undefined;
    },
  };
}

/** Folders whose values are absolute paths; everything else is not believed. */
function foldersFrom(
  names: Readonly<Record<string, string>>,
  said: (name: string) => string | undefined,
): Record<string, string> {
  const found = Object.entries(names).flatMap(([property, name]) => {
    const path = said(name);
    return path !== undefined && /^[A-Za-z]:\\/.test(path) ? [[property, path] as const] : [];
  });
  return Object.fromEntries(found);
}

function versionOf(read: Reader): WindowsVersion {
  const major = read.number(windowsNt, 'CurrentMajorVersionNumber');
  const minor = read.number(windowsNt, 'CurrentMinorVersionNumber');
  const version =
    major === undefined || minor === undefined
      ? read.text('HKLM', windowsNt, 'CurrentVersion')
      : `${major}.${minor}`;
  return version !== undefined && isVersion(version) ? version : '10.0';
}

function programFolders(read: Reader, architecture: 'x86' | 'x64'): Record<string, string> {
  const names: Record<string, string> =
    architecture === 'x86'
      ? { ProgramFilesFolder: 'ProgramFilesDir', CommonFilesFolder: 'CommonFilesDir' }
      : {
          ProgramFiles64Folder: 'ProgramFilesDir',
          CommonFiles64Folder: 'CommonFilesDir',
          ProgramFilesFolder: 'ProgramFilesDir (x86)',
          CommonFilesFolder: 'CommonFilesDir (x86)',
        };
  return foldersFrom(names, (name) => read.text('HKLM', windows, name));
}

/** Facts of the registry as a description of the machine. */
function described(read: Reader, architecture: 'x86' | 'x64'): MachineDescription {
  const folder = (name: string) => read.text('HKCU', shellFolders, name);
  const servicePack = /^Service Pack (\d)$/.exec(read.text('HKLM', windowsNt, 'CSDVersion') ?? '')?.[1];
  const control = 'System\\CurrentControlSet\\Control';
  const product = read.text('HKLM', `${control}\\ProductOptions`, 'ProductType');
  const computer = read.text('HKLM', `${control}\\ComputerName\\ComputerName`, 'ComputerName');
  const root = /^C:\\([^\\]+)\\?$/i.exec(read.text('HKLM', windowsNt, 'SystemRoot') ?? '')?.[1];
  const user = /^C:\\(?:users|documents and settings)\\([^\\]+)\\/i.exec(folder('AppData') ?? '')?.[1];
  return {
    architecture,
    windows: versionOf(read),
    ...(servicePack === undefined ? {} : { servicePack: Number(servicePack) }),
    ...(product === undefined ? {} : { server: product !== 'WinNT' }),
    ...(computer === undefined ? {} : { computer }),
    ...(root === undefined ? {} : { windowsFolder: root }),
    ...(user === undefined ? {} : { user }),
    folders: {
      ...programFolders(read, architecture),
      ...foldersFrom(userFolderValues, folder),
      ...foldersFrom({ CommonAppDataFolder: 'Common AppData' }, (name) =>
        read.text('HKLM', shellFolders, name),
      ),
    },
  };
}

/** Machines that were described before, by what was said of them: the same few are opened again and again. */
const known = new Map<string, TargetMachine>();
const mostKnown = 16;

function machineFrom(description: MachineDescription): TargetMachine {
  const said = JSON.stringify(description);
  const machine = known.get(said) ?? describeMachine(description);
  if (known.size >= mostKnown) known.clear();
  known.set(said, machine);
  return machine;
}

/** @param options what is known better than the registry says it */
export function machineOf(
  registry: RootRegistry,
  architecture: 'x86' | 'x64',
  options: Partial<MachineDescription> = {},
): TargetMachine {
  const read = readerOf(registry);
  const facts = described(read, architecture);
  const machine = machineFrom({
    ...facts,
    ...options,
    folders: { ...facts.folders, ...options.folders },
  });
  const withShell = (
    folders: ReadonlyMap<string, string>,
    said: (name: string) => string | undefined,
  ): ReadonlyMap<string, string> => {
    const found = Object.entries(foldersFrom(sharedFolderValues, said)).filter(
      ([property]) => options.folders?.[property] === undefined,
    );
    if (found.length === 0) return folders;
    return new Map([
      ...folders,
      ...found.map(([name, path]) => [name, `${path.replace(/\\$/, '')}\\`] as const),
    ]);
  };
  return {
    ...machine,
    folders: withShell(machine.folders, (name) => read.text('HKLM', shellFolders, `Common ${name}`)),
    userFolders: withShell(machine.userFolders, (name) => read.text('HKCU', shellFolders, name)),
  };
}
