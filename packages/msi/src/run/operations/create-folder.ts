/** A folder is made, with those above it. */
import type { Bench, Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import { removeMade } from '../kept-files.ts';
import type { StepOf } from '../steps.ts';

/** Makes folders durable, the higher ones first; each once in an installation. */
export async function makeFolders(
  folders: readonly string[],
  { host: { files }, made }: Bench,
): Promise<void> {
  for (const folder of folders) {
    if (made.has(folder)) continue;
    await files.createFolder(folder);
    if ((await files.stat(folder))?.kind !== 'folder') {
      throw installerFailure(installerErrors.folderInTheWay, [folder], `${folder} is no folder.`);
    }
    made.add(folder);
  }
}

export const createFolder: Operating<StepOf<'create-folder'>> = {
  apply: ({ missing }, bench) => makeFolders(missing, bench),
  undo: ({ missing }, { host: { files } }) => removeMade(files, missing),
};
