/** The folder of one installation, on the drive that it changes: what is staged, what is kept to undo it, the journal. */
import type { WindowsHost } from '../host/model.ts';

/** As Windows Installer calls it. */
const areasFolder = 'C:\\Config.Msi';
export const journalName = 'journal';

export type Area = {
  /** Windows path. */
  readonly path: string;
  /** Where the file that an operation places waits. */
  staged(operation: number): string;
  /** Where the copy of a file as it was is kept. */
  backup(operation: number): string;
  /** A name beside a file that is in use, for what takes its place at the next start of the machine. */
  beside(path: string, operation: number): string;
};

export function areaOf(id: string): Area {
  const path = `${areasFolder}\\${id}`;
  return {
    path,
    staged: (operation) => `${path}\\${operation}.new`,
    backup: (operation) => `${path}\\${operation}.old`,
    beside: (file, operation) => `${file.slice(0, file.lastIndexOf('\\'))}\\${id}-${operation}.new`,
  };
}

type Files = WindowsHost['files'];

export async function makeArea(files: Files, area: Area): Promise<void> {
  await files.createFolder(areasFolder);
  await files.createFolder(area.path);
}

/** Removes the journal before all else: without one, an area holds nothing that anybody needs. */
export async function removeArea(files: Files, area: Area): Promise<void> {
  if ((await files.stat(area.path)) !== undefined) {
    await files.remove(`${area.path}\\${journalName}`);
    for (const name of await files.list(area.path)) await files.remove(`${area.path}\\${name}`);
    await files.removeFolder(area.path);
  }
  await removeAreas(files);
}

/** Removes the folder of all areas, where none is left. Also asked for when it is gone: that is durable then. */
export async function removeAreas(files: Files): Promise<void> {
  await files.removeFolder(areasFolder);
}

/** Areas that are there: of installations that run, or were broken off. */
export async function areasThere(files: Files): Promise<readonly Area[]> {
  if ((await files.stat(areasFolder))?.kind !== 'folder') return [];
  return (await files.list(areasFolder)).map(areaOf);
}
