/**
 * Registry files of a Windows straight on its simulated disk: the same answers, errors and durability as over the disk
 * port. A life of a machine opens its registry at every start, and writes it with every change.
 */
import { type HiveFiles, type HiveFolder, recallHive } from '@holdfast/msi';
import type { FolderNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';
import { fail, faulty, folderAt, mayAdd, mayChange } from './volume-changes.ts';
import { bytesOf } from './volume-files.ts';

export type VolumeHivesOptions = {
  readonly volume: Volume;
  /** Absolute path of the root, as the disk port takes it. */
  readonly root: string;
  /** Each call passes it: it counts, and never lets a dead program see an answer. */
  readonly pass: <T>(effect: () => T) => Promise<T>;
};

/** Writes a new file beside the old one, durable, reads it back, compares, and gives it its name. */
function replace(volume: Volume, folder: FolderNode, path: string, bytes: Uint8Array): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [place, fresh, freshPath] = [{ folder, name }, { folder, name: `${name}.new` }, `${path}.new`];
  const broken = folder.entries.get(fresh.name);
  if (broken !== undefined) {
    mayChange({ ...fresh, node: broken, path: freshPath });
    volume.remove(fresh);
  }
  mayAdd(folder, path);
  try {
    faulty(volume, 'create', freshPath);
    const file = volume.newFile(fresh, 0o644);
    faulty(volume, 'write', freshPath);
    volume.write(file, 0, bytes);
    faulty(volume, 'sync', freshPath);
    volume.syncFile(file);
    if (Buffer.compare(bytesOf(file), bytes) !== 0) fail('disk.failed', freshPath);
  } catch (thrown) {
    volume.remove(fresh);
    throw thrown;
  }
  faulty(volume, 'rename', freshPath);
  const old = folder.entries.get(name);
  if (old !== undefined) mayChange({ ...place, node: old, path });
  volume.move(fresh, place);
  volume.syncFolder(folder);
}

export function volumeHives({ volume, root, pass }: VolumeHivesOptions): HiveFolder {
  const fileOf = (name: string) => {
    const node = folderAt(volume, root).entries.get(name);
    return node?.kind === 'file' ? node : undefined;
  };
  const files: HiveFiles = {
    mark: (name) =>
      pass(() => {
        const file = fileOf(name);
        return file && { size: file.content.length, modified: file.times.modified };
      }),
    async read(name) {
      const bytes = await pass(() => {
        const file = fileOf(name);
        return file && bytesOf(file);
      });
      return bytes && (await recallHive(bytes, name));
    },
    replace: (name, content) =>
      pass(() => replace(volume, folderAt(volume, root), `${root}/${name}`, Buffer.concat([...content]))),
  };
  return (use) => use(files);
}
