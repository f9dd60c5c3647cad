/** What a disk offers to its contract suite, and small helpers of the suite. */
import type { Disk, Folder, NameFamily } from '../src/index.ts';
import type { Fixture } from './contract.ts';
import { bytesOf, textOf } from './expect.ts';

export type DiskFixture = Fixture & {
  readonly disk: Disk;
  /** Absolute path of an empty folder. */
  readonly folder: string;
  /** Whose rules for names and paths. */
  readonly names: NameFamily;
  /** Whether a folder can be renamed while a handle to it is open, and the handle stays good. */
  readonly renamesOpenFolders: boolean;
  /** Puts a symbolic link at an absolute path. Needed where `disk.can.links`. */
  link?(path: string, target: string): Promise<void>;
  /** Permission bits of a file or folder. Needed where `disk.can.modes`. */
  modeOf?(path: string): Promise<number>;
  /** Lets another program hold a file against writing until the function that is returned was called. */
  hold?(path: string): Promise<() => Promise<void>>;
  /** Absolute paths of folders on volumes in which nothing can be written; a test is skipped for each that is missing. */
  readonly volumes?: {
    /** A volume with less than `tooMuch` bytes free. */
    readonly full?: string;
    readonly readOnly?: string;
    /** A folder that this account may open, but in which it may create nothing. */
    readonly denied?: string;
  };
};

/** Bytes that a volume which is to count as full must not have room for. */
export const tooMuch = 1024 * 1024;

/** Absolute path of a name in a folder, with the platform's separator. */
export function pathIn(fixture: DiskFixture, folder: string, name: string): string {
  return `${folder}${fixture.names === 'windows' ? '\\' : '/'}${name}`;
}

/** Opens the fixture's folder for the time of `body`. */
export async function inFolder(fixture: DiskFixture, body: (folder: Folder) => Promise<void>): Promise<void> {
  const folder = await fixture.disk.open(fixture.folder);
  try {
    await body(folder);
  } finally {
    await folder.close();
  }
}

export async function writeText(folder: Folder, name: string, text: string): Promise<void> {
  const file = await folder.create(name);
  try {
    await file.write(0, bytesOf(text));
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function readText(folder: Folder, name: string): Promise<string> {
  const file = await folder.read(name);
  try {
    return textOf(await file.read(0, await file.size()));
  } finally {
    await file.close();
  }
}
