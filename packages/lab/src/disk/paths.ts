/** Absolute paths of a simulated disk, followed as the system of the machine follows them. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import type { NameFamily } from '@holdfast/ports';
import type { FolderNode, Node } from './nodes.ts';
import type { Volume } from './volume.ts';

/** Links that Linux follows in one path (path_resolution(7)); one more is ELOOP. */
const mostLinks = 40;

/** Bytes of the longest name on the usual file systems of Linux. */
const longestName = 255;

/** @throws HoldfastError with this code about this path; without a stack, which costs more than the rest of a call */
export function refuse(code: ErrorCode, path: string): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const refusal = new HoldfastError(code, `The simulated disk refuses ${path}.`);
  Error.stackTraceLimit = stackTraceLimit;
  throw refusal;
}

/** The node of an absolute path. @throws HoldfastError `disk.name-invalid`, `disk.not-found`, `disk.denied` */
export function nodeAtPath(volume: Volume, names: NameFamily, path: string): Node {
  return names === 'windows' ? windowsNode(volume, path) : linuxNode(volume, path);
}

/** The folder of an absolute path; anything else is denied. */
export function folderAtPath(volume: Volume, names: NameFamily, path: string): FolderNode {
  const node = nodeAtPath(volume, names, path);
  return node.kind === 'folder' ? node : refuse('disk.denied', path);
}

function windowsNode({ root }: Volume, path: string): Node {
  if (!/^[A-Z]:\\/i.test(path)) refuse('disk.name-invalid', path);
  let node: Node = root;
  for (const name of path
    .slice(3)
    .split('\\')
    .filter((part) => part !== '')) {
    if (node.kind !== 'folder') refuse('disk.denied', path);
    node = node.entries.get(name) ?? refuse('disk.not-found', path);
  }
  return node;
}

/** By path_resolution(7): every part but the last is a folder or leads to one; a slash at the end asks for one too. */
function linuxNode({ root }: Volume, path: string): Node {
  if (!path.startsWith('/') || path.includes('\0')) refuse('disk.name-invalid', path);
  /** From the root to where the path has led so far: `..` goes back on it. */
  const way: Node[] = [root];
  const rest = path.split('/');
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const here = way.at(-1) ?? root;
    if (here.kind !== 'folder') return refuse('disk.denied', path);
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (way.length > 1) way.pop();
      continue;
    }
    if (Buffer.byteLength(name) > longestName) refuse('disk.name-invalid', path);
    const next = here.entries.get(name) ?? refuse('disk.not-found', path);
    if (next.kind !== 'link') {
      way.push(next);
      continue;
    }
    links += 1;
    if (links > mostLinks) refuse('disk.denied', path);
    if (next.target.startsWith('/')) way.length = 1;
    rest.unshift(...next.target.split('/'));
  }
  return way.at(-1) ?? root;
}
