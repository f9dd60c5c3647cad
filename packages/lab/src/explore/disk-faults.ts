/** Faults of an explored machine's disk: operations that fail, no room, files that somebody holds. */
import type { ErrorCode } from '@holdfast/contract';
import type { FileNode, FolderNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';
import type { EventOf } from './events.ts';

export type DiskFaults = {
  fail(event: EventOf<'disk-error'>): void;
  fill(leftBytes: number): void;
  free(): void;
  /** Somebody opens the n-th file of the disk (modulo their number) and shares it with nobody; answers its path. */
  hold(index: number): { readonly path: string; release(): void } | undefined;
  /** The same with the file at this path. */
  holdAt(path: string): { readonly path: string; release(): void } | undefined;
  clear(): void;
  /** Whether an operation of the client may fail now. */
  readonly active: boolean;
  /** Operations that failed so far. */
  readonly failed: number;
};

const journalPath = '/state/client.journal';
const foldersOf = { journal: journalPath, state: '/state', anywhere: '/' } as const;

export function openDiskFaults(
  volume: Volume,
  happened: (operation: string, path: string) => void,
): DiskFaults {
  const { room } = volume.root;
  const { capacity } = room;
  let errors: { readonly event: EventOf<'disk-error'>; left: number }[] = [];
  const held = new Set<{ readonly file: FileNode }>();
  let failed = 0;

  volume.fault = (operation, path): ErrorCode | undefined => {
    const hit = errors.find(({ event }) => concerns(event, operation, path));
    if (hit === undefined) return undefined;
    hit.left--;
    errors = errors.filter(({ left }) => left > 0);
    failed++;
    happened(operation, path);
    return 'disk.failed';
  };

  function holding(chosen: Found | undefined): ReturnType<DiskFaults['hold']> {
    if (chosen === undefined) return undefined;
    const { path, file } = chosen;
    const hold = { file };
    held.add(hold);
    file.holders++;
    const release = () => {
      // A restart of the machine may have let go of it already.
      if (held.delete(hold)) file.holders = Math.max(0, file.holders - 1);
    };
    return { path, release };
  }

  return {
    fail(event) {
      if (event.times > 0) errors.push({ event, left: event.times });
    },
    fill(leftBytes) {
      room.capacity = room.used + leftBytes;
    },
    free() {
      room.capacity = capacity;
    },
    hold(index) {
      const files = filesBelow(volume.root, '');
      return holding(files[index % Math.max(1, files.length)]);
    },
    holdAt: (path) => holding(filesBelow(volume.root, '').find((one) => one.path === path)),
    clear() {
      errors = [];
      room.capacity = capacity;
      for (const { file } of held) file.holders = 0;
      held.clear();
    },
    get active() {
      return errors.length > 0 || room.capacity !== capacity || held.size > 0;
    },
    get failed() {
      return failed;
    },
  };
}

function concerns({ operation, where }: EventOf<'disk-error'>, asked: string, path: string): boolean {
  return (operation === 'any' || operation === asked) && path.startsWith(foldersOf[where]);
}

type Found = { readonly path: string; readonly file: FileNode };

/** Sorted by path. */
export function filesBelow(folder: FolderNode, path: string): readonly Found[] {
  const names = [...folder.entries].sort(([left], [right]) => (left < right ? -1 : 1));
  return names.flatMap(([name, node]): readonly Found[] => {
    const at = `${path}/${name}`;
    if (node.kind === 'folder') return filesBelow(node, at);
    return node.kind === 'file' ? [{ path: at, file: node }] : [];
  });
}
