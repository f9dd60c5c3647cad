/**
 * Where Windows has the folders that the installer knows by property.
 * Source: "System Folder Properties", learn.microsoft.com/windows/win32/msi/property-reference.
 */
import type { MachineArchitecture } from './model.ts';

export type FolderPlan = {
  readonly architecture: MachineArchitecture;
  /** Whether profiles lie where Windows Vista moved them. */
  readonly modern: boolean;
  /** `C:`, without a `\`. */
  readonly drive: string;
  /** Name of the folder of Windows on that drive. */
  readonly windows: string;
  readonly user: string;
};

/** Folders of one profile: of the user, or of all of them. */
type Profile = {
  readonly roaming: string;
  readonly desktop: string;
  readonly startMenu: string;
  readonly templates: string;
};

function userFolders({ modern, drive, user }: FolderPlan): Record<string, string> {
  if (modern) {
    const home = `${drive}\\Users\\${user}`;
    const roaming = `${home}\\AppData\\Roaming`;
    return {
      AppDataFolder: roaming,
      LocalAppDataFolder: `${home}\\AppData\\Local`,
      FavoritesFolder: `${home}\\Favorites`,
      MyPicturesFolder: `${home}\\Pictures`,
      NetHoodFolder: `${roaming}\\Microsoft\\Windows\\Network Shortcuts`,
      PersonalFolder: `${home}\\Documents`,
      PrintHoodFolder: `${roaming}\\Microsoft\\Windows\\Printer Shortcuts`,
      RecentFolder: `${roaming}\\Microsoft\\Windows\\Recent`,
      SendToFolder: `${roaming}\\Microsoft\\Windows\\SendTo`,
      TempFolder: `${home}\\AppData\\Local\\Temp`,
    };
  }
  const home = `${drive}\\Documents and Settings\\${user}`;
  return {
    AppDataFolder: `${home}\\Application Data`,
    LocalAppDataFolder: `${home}\\Local Settings\\Application Data`,
    FavoritesFolder: `${home}\\Favorites`,
    MyPicturesFolder: `${home}\\My Documents\\My Pictures`,
    NetHoodFolder: `${home}\\NetHood`,
    PersonalFolder: `${home}\\My Documents`,
    PrintHoodFolder: `${home}\\PrintHood`,
    RecentFolder: `${home}\\Recent`,
    SendToFolder: `${home}\\SendTo`,
    TempFolder: `${home}\\Local Settings\\Temp`,
  };
}

function profileOf({ modern, drive, user }: FolderPlan, all: boolean): Profile {
  if (!modern) {
    const home = `${drive}\\Documents and Settings\\${all ? 'All Users' : user}`;
    return {
      roaming: `${home}\\Application Data`,
      desktop: `${home}\\Desktop`,
      startMenu: `${home}\\Start Menu`,
      templates: `${home}\\Templates`,
    };
  }
  const roaming = all ? `${drive}\\ProgramData` : `${drive}\\Users\\${user}\\AppData\\Roaming`;
  return {
    roaming,
    desktop: `${drive}\\Users\\${all ? 'Public' : user}\\Desktop`,
    startMenu: `${roaming}\\Microsoft\\Windows\\Start Menu`,
    templates: `${roaming}\\Microsoft\\Windows\\Templates`,
  };
}

function profileFolders({ desktop, startMenu, templates }: Profile): Record<string, string> {
  return {
    DesktopFolder: desktop,
    StartMenuFolder: startMenu,
    ProgramMenuFolder: `${startMenu}\\Programs`,
    AdminToolsFolder: `${startMenu}\\Programs\\Administrative Tools`,
    StartupFolder: `${startMenu}\\Programs\\Startup`,
    TemplateFolder: templates,
  };
}

/** 32-bit programs have folders of their own on a 64-bit machine. */
function systemFolders({ architecture, drive, windows }: FolderPlan): Record<string, string> {
  const root = `${drive}\\${windows}`;
  const programs = `${drive}\\Program Files`;
  const shared = {
    WindowsFolder: root,
    WindowsVolume: drive,
    System16Folder: `${root}\\System`,
    FontsFolder: `${root}\\Fonts`,
  };
  if (architecture === 'x86') {
    return {
      ...shared,
      SystemFolder: `${root}\\System32`,
      ProgramFilesFolder: programs,
      CommonFilesFolder: `${programs}\\Common Files`,
    };
  }
  return {
    ...shared,
    SystemFolder: `${root}\\SysWOW64`,
    System64Folder: `${root}\\System32`,
    ProgramFilesFolder: `${programs} (x86)`,
    ProgramFiles64Folder: programs,
    CommonFilesFolder: `${programs} (x86)\\Common Files`,
    CommonFiles64Folder: `${programs}\\Common Files`,
  };
}

/** Folder properties by name, every path with a `\` at its end. */
export function standardFolders(plan: FolderPlan, forAllUsers: boolean): ReadonlyMap<string, string> {
  const folders = {
    ...systemFolders(plan),
    ...userFolders(plan),
    ...profileFolders(profileOf(plan, forAllUsers)),
    CommonAppDataFolder: profileOf(plan, true).roaming,
  };
  return new Map(Object.entries(folders).map(([name, path]) => [name, `${path}\\`]));
}
