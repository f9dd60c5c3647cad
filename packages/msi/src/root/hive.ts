/** One file of the registry in memory: its keys by path, whatever their case. */
import type { RegistryValue } from './data.ts';
import { badRoot } from './errors.ts';

export type HiveKey = {
  /** Path below the hive as it is stored. */
  readonly path: string;
  /** By name in lower case. */
  readonly values: ReadonlyMap<string, RegistryValue>;
  /** Names of the keys directly below, as stored, by name in lower case. */
  readonly keys: ReadonlyMap<string, string>;
};

/** A key as it is kept; only hive-changes.ts writes to it. */
export type HiveNode = {
  readonly path: string;
  /** By folded name. */
  readonly values: Map<string, RegistryValue>;
  /** Names of the keys directly below, by folded name. */
  readonly keys: Map<string, string>;
  isLink: boolean;
  /** When it was modified, as Windows counts: 100 ns since 1601. */
  modified: bigint;
  /** What else the file says of it, as it stands there: `class="..."`. */
  readonly options: string[];
  /** What the file says of it, kept by hive-writer.ts until it is changed: a change is small, and a hive is not. */
  written: string | undefined;
  /** Folded paths of the keys directly below in the order of the file, kept by hive-writer.ts until one comes or goes. */
  below: readonly string[] | undefined;
  /** The hive that may change it: others that have it, too, make a copy of their own first. */
  readonly owner: object;
};

export type Hive = {
  /** Of the Windows that it belongs to. */
  readonly architecture: 'x86' | 'x64';
  /** Where the hive hangs: `REGISTRY\User\S-1-5-21-0-0-0-1000`; empty where the file does not say. */
  readonly mount: string;
  /** All keys by folded path; the hive itself has an empty one. */
  readonly nodes: Map<string, HiveNode>;
  /** Whether any key of it is a link. */
  readonly hasLinks: boolean;
  /** What the nodes that this hive alone has are marked with. */
  owner: object;
  /** Links are followed, a few of them; undefined where there is no such key. */
  key(path: string): HiveKey | undefined;
};

const mostKeys = 1 << 21;
/** Windows allows 512 levels, and 255 characters a name. */
const mostDepth = 512;
const longestName = 255;
const mostPath = 32_767;
const mostLinks = 8;
const machineMount = '\\registry\\machine\\';

/** FILETIME of 1970-01-01, and its ticks in a second. */
const ticksTo1970 = 116_444_736_000_000_000n;
const ticksPerSecond = 10_000_000n;

/** Paths are compared like this. */
export function fold(text: string): string {
  return text.toLowerCase();
}

/** @param seconds since 1970 */
export function ticksOf(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1000)) * (ticksPerSecond / 1000n) + ticksTo1970;
}

/** Whole seconds since 1970; 0 for what is earlier. */
export function secondsOf(ticks: bigint): number {
  return ticks < ticksTo1970 ? 0 : Number((ticks - ticksTo1970) / ticksPerSecond);
}

function newNode(path: string, owner: object): HiveNode {
  return {
    owner,
    path,
    values: new Map(),
    keys: new Map(),
    isLink: false,
    modified: 0n,
    options: [],
    written: undefined,
    below: undefined,
  };
}

/** Nodes that are reached for, and whose they are. */
export type Reached = Pick<Hive, 'nodes' | 'owner'>;

/** A node that this hive may change: itself, or a copy in its place where another hive has it, too. */
export function owned({ nodes, owner }: Reached, node: HiveNode): HiveNode {
  if (node.owner === owner) return node;
  const { values, keys, options } = node;
  const own = { ...node, owner, values: new Map(values), keys: new Map(keys), options: [...options] };
  nodes.set(fold(node.path), own);
  return own;
}

/**
 * The key of a path, made with all keys above it where it is not there: the file names only some of them.
 * @param made is told of every key that was made, those above first
 * @throws HoldfastError `root.invalid` where Windows could not have such a key
 */
export function reach(
  hive: Reached,
  path: string,
  file: string,
  made?: (node: HiveNode, parent: HiveNode) => void,
): HiveNode {
  const { nodes, owner } = hive;
  const tooLong = () => badRoot(file, `the key ${path.slice(0, 100)} is too deep, or its name too long`);
  if (path.length > mostPath) throw tooLong();
  // A path that begins with a backslash is the same without it.
  if (path.startsWith('\\')) return reach(hive, path.replace(/^\\+/, ''), file, made);
  const known = nodes.get(fold(path));
  if (known) return known;
  if (path.length > longestName && isTooLong(path)) throw tooLong();
  const missing: string[] = [];
  let parent: HiveNode | undefined;
  let above = path;
  while (above !== '' && parent === undefined) {
    missing.push(above);
    above = aboveOf(above);
    parent = nodes.get(fold(above));
  }
  parent = owned(hive, parent ?? topOf(hive));
  for (const below of missing.toReversed()) {
    if (nodes.size >= mostKeys) throw badRoot(file, 'more keys than any registry has');
    const node = newNode(below, owner);
    nodes.set(fold(below), node);
    const name = below.slice(below.lastIndexOf('\\') + 1);
    parent.keys.set(fold(name), name);
    parent.below = undefined;
    made?.(node, parent);
    parent = node;
  }
  return parent;
}

function isTooLong(path: string): boolean {
  const names = path.split('\\');
  return names.length > mostDepth || names.some((name) => name.length > longestName);
}

/** Path of the key that a key lies in; empty for the hive itself. */
function aboveOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('\\'), 0));
}

export function topOf({ nodes, owner }: Reached): HiveNode {
  const top = nodes.get('') ?? newNode('', owner);
  nodes.set('', top);
  return top;
}

/** Where a link leads inside the machine's hive; undefined elsewhere. */
function target(node: HiveNode): string | undefined {
  const data = node.values.get('symboliclinkvalue')?.data;
  if (!node.isLink || data?.kind !== 'bytes') return undefined;
  const path = Buffer.from(data.bytes).toString('utf16le');
  return fold(path).startsWith(machineMount) ? path.slice(machineMount.length) : undefined;
}

/**
 * The path that a path stands for when links are followed from the top down: any key of it may be one. What is not
 * there yet stays as it is. Undefined where they go round in a circle.
 */
export function followed(
  { nodes, hasLinks }: Pick<Hive, 'nodes' | 'hasLinks'>,
  path: string,
): string | undefined {
  if (!hasLinks) return path;
  let names = path === '' ? [] : path.split('\\');
  let hops = 0;
  for (let depth = 1; depth <= names.length; depth += 1) {
    const node = nodes.get(fold(names.slice(0, depth).join('\\')));
    if (!node) break;
    const linked = target(node);
    if (linked === undefined) continue;
    hops += 1;
    if (hops > mostLinks) return undefined;
    names = [...linked.split('\\'), ...names.slice(depth)];
    depth = 0;
  }
  return names.join('\\');
}

type Facts = Pick<Hive, 'architecture' | 'mount' | 'hasLinks'>;

export function hiveOf({ nodes, owner }: Reached, { architecture, mount, hasLinks }: Facts): Hive {
  topOf({ nodes, owner });
  const place = { nodes, hasLinks };
  return {
    architecture,
    mount,
    hasLinks,
    nodes,
    owner,
    key(path) {
      const at = followed(place, path);
      return at === undefined ? undefined : nodes.get(fold(at));
    },
  };
}

export function emptyHive(facts: Pick<Hive, 'architecture' | 'mount'>): Hive {
  return hiveOf({ nodes: new Map(), owner: {} }, { ...facts, hasLinks: false });
}

/** A hive that is now as this one is; from here on neither sees what is changed in the other. */
export function forkHive(hive: Hive): Hive {
  // What both have belongs to neither.
  hive.owner = {};
  return hiveOf({ nodes: new Map(hive.nodes), owner: {} }, hive);
}
