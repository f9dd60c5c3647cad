/** What a simulated disk is made of: files with two images, folders, links, and changes on their way. */
import { type Content, truncateContent, writeContent } from './content.ts';

/** What a part of the tree has in common: a volume with its room, or a folder with its rights. */
export type Room = { capacity: number; used: number; readOnly: boolean; denied: boolean };

export type ContentChange =
  | { readonly kind: 'write'; readonly position: number; readonly data: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

type Times = { readonly created: number; readonly modified: number };

export type FileNode = {
  readonly kind: 'file';
  readonly room: Room;
  readonly mode: number;
  content: Content;
  durable: Content;
  unsynced: ContentChange[];
  /** Whether something was lost that is still read: then what is read is not what is durable and on its way. */
  lost: boolean;
  /** Milliseconds since 1970. */
  times: Times;
  durableTimes: Times;
  /** Programs that hold it against writing, renaming and removing. */
  holders: number;
  /** Processes that run from it: nobody writes to it meanwhile (ETXTBSY), whoever may still rename and remove it. */
  runners: number;
};
export type FolderNode = {
  readonly kind: 'folder';
  readonly room: Room;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly made: number;
  entries: Map<string, Node>;
  durable: Map<string, Node>;
  removed: boolean;
};
export type LinkNode = {
  readonly kind: 'link';
  readonly room: Room;
  readonly target: string;
  readonly made: number;
};
export type Node = FileNode | FolderNode | LinkNode;

export type Place = { readonly folder: FolderNode; readonly name: string };

/** `from` and `to` are undefined for what begins and for what ends. */
export type NameChange = {
  readonly node: Node;
  readonly from: Place | undefined;
  readonly to: Place | undefined;
  readonly replaced: Node | undefined;
};

/** A content with a change in it. */
export function changed(content: Content, step: ContentChange): Content {
  return step.kind === 'write'
    ? writeContent(content, step.position, step.data)
    : truncateContent(content, step.length);
}
