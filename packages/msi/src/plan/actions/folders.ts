/** CreateFolders and RemoveFolders: rows of the CreateFolder table. */
import { because, componentOf, type Planning, rowsOf } from '../context.ts';
import { removeOwnFolders } from './remove-files.ts';

export async function createFolders(planning: Planning, action: string): Promise<void> {
  for (const row of await rowsOf(planning, 'CreateFolder', 'Directory_')) {
    const plan = componentOf(planning, row, 'local');
    const path = planning.scene.directories.get(row.text('Directory_'));
    if (plan && path !== undefined) {
      await planning.draft.createFolder(path, because(action, plan, 'the CreateFolder table asks for it'));
    }
  }
}

export async function removeFolders(planning: Planning, action: string): Promise<void> {
  const rows = await rowsOf(planning, 'CreateFolder', 'Directory_');
  const paths = rows.flatMap((row) => {
    const plan = componentOf(planning, row, 'absent');
    const path = planning.scene.directories.get(row.text('Directory_'));
    return plan && path !== undefined ? [{ plan, path }] : [];
  });
  // What lies deeper goes first.
  for (const { plan, path } of paths.sort((one, other) => other.path.length - one.path.length)) {
    await planning.draft.removeFolder(path, because(action, plan, 'it is empty then'));
  }
  // What RemoveFiles left because a folder of this table was still in it.
  await removeOwnFolders(planning, action);
}
