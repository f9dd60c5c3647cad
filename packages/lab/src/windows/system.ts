/**
 * The two Windows of KB829810 as far as an installer and file protection see them: files, lists, services. Which of the
 * lists had Msvcp60.dll is not published; that Windows XP protects it follows from the article's message. Bytes are
 * stand-ins.
 */
import type { WindowsVersion } from '@holdfast/msi';
import { programOf } from './program-file.ts';

export type WindowsName = '2000' | 'xp';

export type SystemFile = { readonly path: string; readonly bytes: Uint8Array; readonly isProtected: boolean };

export type WindowsSystem = {
  readonly name: WindowsName;
  readonly title: string;
  readonly version: Extract<WindowsVersion, '5.0' | '5.1'>;
  readonly files: readonly SystemFile[];
};

/** An upgrade leaves Windows in the folder where it was. */
export const windowsFolder = 'C:\\WINNT';
export const systemFolder = `${windowsFolder}\\System32`;
export const cacheFolder = `${systemFolder}\\dllcache`;

/** Services that start by themselves, in the order of their groups. */
export const systemServices: readonly {
  readonly name: string;
  readonly displayName: string;
  readonly program: string;
  readonly group: string;
  readonly dependencies: readonly string[];
}[] = [
  {
    name: 'Eventlog',
    displayName: 'Event Log',
    program: 'services.exe',
    group: 'Event log',
    dependencies: [],
  },
  {
    name: 'RpcSs',
    displayName: 'Remote Procedure Call (RPC)',
    program: 'svchost.exe -k rpcss',
    group: 'COM Infrastructure',
    dependencies: [],
  },
  {
    name: 'lanmanworkstation',
    displayName: 'Workstation',
    program: 'svchost.exe -k netsvcs',
    group: 'NetworkProvider',
    dependencies: [],
  },
  {
    name: 'Spooler',
    displayName: 'Print Spooler',
    program: 'spoolsv.exe',
    group: 'SpoolerGroup',
    dependencies: ['RpcSs'],
  },
  {
    name: 'winmgmt',
    displayName: 'Windows Management Instrumentation',
    program: 'svchost.exe -k netsvcs',
    group: '',
    dependencies: ['RpcSs'],
  },
];

function file(name: string, version: string, title: string, isProtected: boolean): SystemFile {
  return {
    path: `${systemFolder}\\${name}`,
    bytes: programOf(version, `${name} of ${title}`),
    isProtected,
  };
}

function windows2000(): WindowsSystem {
  const title = 'Windows 2000 Professional';
  return {
    name: '2000',
    title,
    version: '5.0',
    files: [
      file('kernel32.dll', '5.0.2195.6688', title, true),
      file('user32.dll', '5.0.2195.6688', title, true),
      file('Msvcp60.dll', '6.0.8168.0', title, false),
    ],
  };
}

function windowsXp(): WindowsSystem {
  const title = 'Windows XP Professional';
  return {
    name: 'xp',
    title,
    version: '5.1',
    files: [
      file('kernel32.dll', '5.1.2600.0', title, true),
      file('user32.dll', '5.1.2600.0', title, true),
      file('Msvcp60.dll', '6.2.3104.0', title, true),
    ],
  };
}

/** Made once: nobody writes into their bytes. */
export const systems: Readonly<Record<WindowsName, WindowsSystem>> = {
  '2000': windows2000(),
  xp: windowsXp(),
};

/** Paths of protected files, in lower case, with what they ought to be. */
export function protectedFiles({ files }: WindowsSystem): ReadonlyMap<string, SystemFile> {
  return new Map(files.filter((one) => one.isProtected).map((one) => [one.path.toLowerCase(), one]));
}
