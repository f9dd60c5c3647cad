/** Copies of simulated disks: every node once, contents shared, because nobody writes into them. */
import type { FileNode, FolderNode, NameChange, Node, Place, Room } from './nodes.ts';

export type Copier = {
  folder(node: FolderNode): FolderNode;
  change(change: NameChange): NameChange;
};

/** Copies nodes that belong together: asked twice for one of them it answers the same copy. */
export function copier(): Copier {
  const nodes = new Map<Node, Node>();
  const rooms = new Map<Room, Room>();

  function room(of: Room): Room {
    const known = rooms.get(of) ?? { ...of };
    rooms.set(of, known);
    return known;
  }

  function file(of: FileNode): FileNode {
    return { ...of, room: room(of.room), unsynced: [...of.unsynced], holders: 0, runners: 0 };
  }

  function folder(of: FolderNode): FolderNode {
    const known = nodes.get(of);
    if (known?.kind === 'folder') return known;
    const copy: FolderNode = { ...of, room: room(of.room), entries: new Map(), durable: new Map() };
    nodes.set(of, copy);
    for (const [name, inner] of of.entries) copy.entries.set(name, node(inner));
    for (const [name, inner] of of.durable) copy.durable.set(name, node(inner));
    return copy;
  }

  function node(of: Node): Node {
    const known = nodes.get(of);
    if (known !== undefined) return known;
    if (of.kind === 'folder') return folder(of);
    const copy: Node = of.kind === 'file' ? file(of) : { ...of, room: room(of.room) };
    nodes.set(of, copy);
    return copy;
  }

  const place = (of: Place | undefined): Place | undefined =>
    of && { folder: folder(of.folder), name: of.name };

  return {
    folder,
    change: (of) => ({
      node: node(of.node),
      from: place(of.from),
      to: place(of.to),
      replaced: of.replaced && node(of.replaced),
    }),
  };
}
