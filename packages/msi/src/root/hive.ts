/** One file of the registry in memory: its keys by path, whatever their case. */
import type { ByteSource } from '../source.ts';
import type { RegistryValue } from './data.ts';
import { badRoot } from './errors.ts';
import { linesOf } from './lines.ts';
import { registryLines } from './registry-text.ts';

export type HiveKey = {
  /** Path below the hive as it is stored. */
  readonly path: string;
  /** By name in lower case. */
  readonly values: ReadonlyMap<string, RegistryValue>;
  /** Names of the keys directly below, as stored. */
  readonly keys: readonly string[];
};

export type Hive = {
  /** Of the Windows that it belongs to. */
  readonly architecture: 'x86' | 'x64';
  /** Where the hive hangs: `REGISTRY\User\S-1-5-21-0-0-0-1000`; empty where the file does not say. */
  readonly mount: string;
  /** Links are followed, a few of them; undefined where there is no such key. */
  key(path: string): HiveKey | undefined;
};

type Node = {
  path: string;
  values: Map<string, RegistryValue>;
  keys: Map<string, string>;
  isLink: boolean;
};

const mostKeys = 1 << 21;
const mostValues = 1 << 23;
/** Windows allows 512 levels, and 255 characters a name. */
const mostDepth = 512;
const mostPath = 32_767;
const mostLinks = 8;
const machineMount = '\\registry\\machine\\';

/** Paths are compared like this. */
export function fold(text: string): string {
  return text.toLowerCase();
}

/** The key of a path, made with all keys above it where it is not there: the file names only some of them. */
function reach(nodes: Map<string, Node>, path: string, file: string): Node {
  const known = path.length > mostPath ? undefined : nodes.get(fold(path));
  if (known) return known;
  const names = path.slice(0, mostPath + 1).split('\\');
  if (path.length > mostPath || names.length > mostDepth || names.some((name) => name.length > 255)) {
    throw badRoot(file, `the key ${path.slice(0, 100)} is too deep, or its name too long`);
  }
  let parent: Node | undefined;
  let below = '';
  for (const name of path === '' ? [] : names) {
    below = below === '' ? name : `${below}\\${name}`;
    const folded = fold(below);
    let node = nodes.get(folded);
    if (!node) {
      if (nodes.size >= mostKeys) throw badRoot(file, 'more keys than any registry has');
      node = { path: below, values: new Map(), keys: new Map(), isLink: false };
      nodes.set(folded, node);
      (parent ?? nodes.get(''))?.keys.set(fold(name), name);
    }
    parent = node;
  }
  return parent ?? emptyRoot(nodes);
}

function emptyRoot(nodes: Map<string, Node>): Node {
  const root = nodes.get('') ?? { path: '', values: new Map(), keys: new Map(), isLink: false };
  nodes.set('', root);
  return root;
}

/** Where a link leads inside the machine's hive; undefined elsewhere. */
function target(node: Node): string | undefined {
  const data = node.values.get('symboliclinkvalue')?.data;
  if (!node.isLink || data?.kind !== 'bytes') return undefined;
  const path = Buffer.from(data.bytes).toString('utf16le');
  return fold(path).startsWith(machineMount) ? path.slice(machineMount.length) : undefined;
}

/** Follows links from the top down: any key of the path may be one. */
function follow(nodes: ReadonlyMap<string, Node>, path: string): Node | undefined {
  let names = path === '' ? [] : path.split('\\');
  let hops = 0;
  for (let depth = 1; depth <= names.length; depth += 1) {
    const node = nodes.get(fold(names.slice(0, depth).join('\\')));
    if (!node) return undefined;
    const linked = target(node);
    if (linked === undefined) continue;
    hops += 1;
    if (hops > mostLinks) return undefined;
    names = [...linked.split('\\'), ...names.slice(depth)];
    depth = 0;
  }
  return nodes.get(fold(names.join('\\')));
}

/**
 * Reads a registry file whole.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function readHive(source: ByteSource, file: string): Promise<Hive> {
  const nodes = new Map<string, Node>();
  let node = emptyRoot(nodes);
  let architecture: Hive['architecture'] = 'x86';
  let mount = '';
  let values = 0;
  for await (const line of registryLines(linesOf(source, file), file)) {
    if (line.kind === 'key') node = reach(nodes, line.path, file);
    else if (line.kind === 'value') {
      values += 1;
      if (values > mostValues) throw badRoot(file, 'more values than any registry has');
      node.values.set(fold(line.value.name), line.value);
    } else if (line.kind === 'option') {
      if (line.name === 'link') node.isLink = true;
      if (line.name === 'arch' && line.text === 'win64') architecture = 'x64';
    } else mount = /relative to (.+)$/.exec(line.text)?.[1]?.replaceAll('\\\\', '\\') ?? mount;
  }
  return {
    architecture,
    mount,
    key(path) {
      const found = follow(nodes, path);
      return found && { path: found.path, values: found.values, keys: [...found.keys.values()] };
    },
  };
}
