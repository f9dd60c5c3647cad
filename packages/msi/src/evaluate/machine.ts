/** Describes a Windows machine to the installer: the properties that it would set there by itself. */
import { HoldfastError } from '@holdfast/contract';
import { type FolderPlan, standardFolders } from './folders.ts';
import type { MachineArchitecture, TargetMachine } from './model.ts';

/** VersionNT, WindowsBuild and ServicePackLevel, "Operating System Property Values" in the installer's documentation. */
const systems = {
  '5.0': { versionNT: 500, build: 2195, servicePack: 4 },
  '5.1': { versionNT: 501, build: 2600, servicePack: 3 },
  '5.2': { versionNT: 502, build: 3790, servicePack: 2 },
  '6.0': { versionNT: 600, build: 6002, servicePack: 2 },
  '6.1': { versionNT: 601, build: 7601, servicePack: 1 },
  '6.2': { versionNT: 602, build: 9200, servicePack: 0 },
  '6.3': { versionNT: 603, build: 9600, servicePack: 0 },
  // Since Windows 10 the installer says that it is the version before (KB3202260).
  '10.0': { versionNT: 603, build: 9600, servicePack: 0 },
} as const;

export type WindowsVersion = keyof typeof systems;

export type MachineDescription = {
  readonly architecture: MachineArchitecture;
  readonly windows: WindowsVersion;
  readonly servicePack?: number;
  readonly server?: boolean;
  /** Account that installs; its profile holds the folders of one user. */
  readonly user?: string;
  readonly computer?: string;
  /** `C:` unless given. */
  readonly drive?: string;
  /** Name of the folder of Windows on the drive; `Windows`, or `WINNT` before Windows XP. */
  readonly windowsFolder?: string;
  /** Folder properties that are elsewhere on this machine. */
  readonly folders?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Decimal language id of user and system. */
  readonly language?: number;
};

function withSlash(path: string): string {
  return path.endsWith('\\') ? path : `${path}\\`;
}

function builtIn(description: MachineDescription): Record<string, string> {
  const { architecture, windows, server = false, language = 1033 } = description;
  const { versionNT, build, servicePack } = systems[windows];
  const user = description.user ?? 'user';
  const pack = description.servicePack ?? servicePack;
  const wide: Readonly<Record<MachineArchitecture, Record<string, string>>> = {
    x86: {},
    x64: { VersionNT64: String(versionNT), MsiAMD64: '6', Msix64: '6' },
    arm64: { VersionNT64: String(versionNT), Arm64: '8' },
  };
  return {
    ...wide[architecture],
    VersionNT: String(versionNT),
    WindowsBuild: String(build),
    ...(pack > 0 ? { ServicePackLevel: String(pack), ServicePackLevelMinor: '0' } : {}),
    MsiNTProductType: server ? '3' : '1',
    VersionMsi: versionNT >= 601 ? '5.00' : versionNT >= 600 ? '4.50' : '3.01',
    Intel: '6',
    PhysicalMemory: '4096',
    VirtualMemory: '4096',
    ScreenX: '1024',
    ScreenY: '768',
    ColorBits: '32',
    AdminUser: '1',
    Privileged: '1',
    MsiRunningElevated: '1',
    LogonUser: user,
    USERNAME: user,
    ComputerName: description.computer ?? 'COMPUTER',
    UserLanguageID: String(language),
    SystemLanguageID: String(language),
    ShellAdvtSupport: '1',
    OLEAdvtSupport: '1',
    GPTSupport: '1',
    RedirectedDllSupport: versionNT >= 501 ? '2' : '1',
    TTCSupport: '1',
    UILevel: '2',
    ACTION: 'INSTALL',
    ROOTDRIVE: withSlash(description.drive ?? 'C:'),
  };
}

function environmentOf(
  { architecture, user = 'user', computer = 'COMPUTER', environment = {} }: MachineDescription,
  drive: string,
  folders: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const folder = (name: string): string => (folders.get(name) ?? '').replace(/\\$/, '');
  const programs = folder('ProgramFiles64Folder') || folder('ProgramFilesFolder');
  const system = folder('System64Folder') || folder('SystemFolder');
  const known = {
    SystemDrive: drive,
    SystemRoot: folder('WindowsFolder'),
    windir: folder('WindowsFolder'),
    ProgramFiles: programs,
    'ProgramFiles(x86)': architecture === 'x86' ? '' : folder('ProgramFilesFolder'),
    CommonProgramFiles: `${programs}\\Common Files`,
    ProgramData: folder('CommonAppDataFolder'),
    ALLUSERSPROFILE: folder('CommonAppDataFolder'),
    APPDATA: folder('AppDataFolder'),
    LOCALAPPDATA: folder('LocalAppDataFolder'),
    TEMP: folder('TempFolder'),
    TMP: folder('TempFolder'),
    USERNAME: user,
    COMPUTERNAME: computer,
    OS: 'Windows_NT',
    ComSpec: `${system}\\cmd.exe`,
    Path: `${system};${folder('WindowsFolder')};${system}\\Wbem`,
    PATHEXT: '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC',
    PROCESSOR_ARCHITECTURE: { x86: 'x86', x64: 'AMD64', arm64: 'ARM64' }[architecture],
    ...environment,
  };
  return new Map(Object.entries(known).map(([name, value]) => [name.toUpperCase(), value]));
}

/**
 * A machine as the installer sees it when an administrator installs without a user interface.
 * @throws HoldfastError `request.invalid` for a version of Windows that is not known
 */
export function describeMachine(description: MachineDescription): TargetMachine {
  const { architecture, windows } = description;
  if (!Object.hasOwn(systems, windows)) {
    throw new HoldfastError('request.invalid', `Windows ${JSON.stringify(windows)} is not known.`);
  }
  const drive = description.drive ?? 'C:';
  const plan: FolderPlan = {
    architecture,
    modern: systems[windows].versionNT >= 600,
    drive,
    windows: description.windowsFolder ?? (windows === '5.0' ? 'WINNT' : 'Windows'),
    user: description.user ?? 'user',
  };
  const elsewhere = Object.entries(description.folders ?? {}).map(
    ([name, path]) => [name, withSlash(path)] as const,
  );
  const foldersFor = (all: boolean) => new Map([...standardFolders(plan, all), ...elsewhere]);
  const folders = foldersFor(true);
  return {
    architecture,
    windows,
    properties: new Map(Object.entries(builtIn(description))),
    folders,
    userFolders: foldersFor(false),
    environment: environmentOf(description, drive, folders),
  };
}
