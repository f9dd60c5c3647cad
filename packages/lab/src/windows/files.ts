/** Files put on a simulated Windows by something else than an installer: set-up, a person, a program. */
import type { HostFiles } from '@holdfast/msi';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('\\'));
}

/** Makes a folder with all folders above it. */
export async function makeFolder(files: HostFiles, path: string): Promise<void> {
  if ((await files.stat(path)) !== undefined || !path.includes('\\')) return;
  await makeFolder(files, parentOf(path));
  await files.createFolder(path);
}

/** Writes a file, over one that is there, whole and durable. */
export async function putFile(files: HostFiles, path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  await makeFolder(files, parentOf(path));
  await files.stage(fresh, once(bytes), bytes.length);
  await files.move(fresh, path);
}

/** The bytes of a file; undefined where there is none. */
export function readFile(files: HostFiles, path: string): Promise<Uint8Array | undefined> {
  return files.read(path, (source) => source.read(0, source.size));
}

/** Whether a file is there, byte for byte. */
export async function isFile(files: HostFiles, path: string, bytes: Uint8Array): Promise<boolean> {
  const found = await readFile(files, path);
  return found !== undefined && (found === bytes || Buffer.compare(found, bytes) === 0);
}
