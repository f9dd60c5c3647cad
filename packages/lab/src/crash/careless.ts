/** Disks for careless programs: what they do not take care of, the disk leaves out. A flow that survives them checks nothing. */
import type { FileNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';

export type Carelessness = {
  readonly name: string;
  readonly title: string;
  /** Changes the disk for one life. */
  spoil(disk: Volume): void;
};

export const carelessnesses: readonly Carelessness[] = [
  {
    name: 'never-syncs',
    title: 'contents are written and never made durable',
    spoil(disk) {
      disk.syncFile = () => undefined;
    },
  },
  {
    name: 'renames-first',
    title: 'a file gets its name before its content is durable',
    spoil(disk) {
      const { syncFile, syncFolder } = disk;
      const waiting = new Set<FileNode>();
      disk.syncFile = (file) => {
        // A file that was durable before has its name for long.
        if (file.durable.length > 0) syncFile(file);
        else waiting.add(file);
      };
      disk.syncFolder = (folder) => {
        syncFolder(folder);
        for (const file of waiting) syncFile(file);
        waiting.clear();
      };
    },
  },
  {
    name: 'removes-first',
    title: 'what is replaced is removed, for good, before its successor is there',
    spoil(disk) {
      const { move, syncFolder } = disk;
      disk.move = (from, to) => {
        if (from.folder.entries.get(from.name) !== to.folder.entries.get(to.name)) {
          disk.remove(to);
          syncFolder(to.folder);
        }
        move(from, to);
      };
    },
  },
  {
    name: 'forgets-names',
    title: 'names are never made durable',
    spoil(disk) {
      disk.syncFolder = () => undefined;
    },
  },
];
