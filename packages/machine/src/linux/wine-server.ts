/**
 * Whether a wineserver runs on a Wine prefix: then the registry is in its memory, and the files are not to be written.
 * Its socket lies in a folder that is named by the prefix's device and inode: Wine's server/request.c, create_server_dir.
 */
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

const temporary = '/tmp';

/** Folders that servers keep their sockets in. Debian draws a name for each account, and writes it into the prefix. */
async function serverFolders(prefix: string): Promise<readonly string[]> {
  const usual = `.wine-${process.getuid?.() ?? 0}`;
  const drawn = await readFile(join(prefix, 'wineserver'), 'utf8').catch(() => '');
  return [usual, ...(/^wine-[\w-]+$/.test(drawn.trim()) ? [drawn.trim()] : [])];
}

/** Whether somebody answers at a socket: one that was killed leaves it behind. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

/** @param prefix absolute path; false where there is nothing */
export async function wineServerRuns(prefix: string): Promise<boolean> {
  const found = await stat(prefix, { bigint: true }).catch(() => undefined);
  if (!found) return false;
  const name = `server-${found.dev.toString(16)}-${found.ino.toString(16)}`;
  const sockets = (await serverFolders(prefix)).map((folder) => join(temporary, folder, name, 'socket'));
  return (await Promise.all(sockets.map(answers))).some(Boolean);
}
