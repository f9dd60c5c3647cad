/** One file of the registry in memory: its keys by path, whatever their case. */
import type { ByteSource } from '../source.ts';
import type { RegistryValue } from './data.ts';
import { badRoot } from './errors.ts';
import { linesOf } from './lines.ts';
import { type RegistryLine, registryLines } from './registry-text.ts';

export type HiveKey = {
  /** Path below the hive as it is stored. */
  readonly path: string;
  /** By name in lower case. */
  readonly values: ReadonlyMap<string, RegistryValue>;
  /** Names of the keys directly below, as stored. */
  readonly keys: readonly string[];
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
};

export type Hive = {
  /** Of the Windows that it belongs to. */
  readonly architecture: 'x86' | 'x64';
  /** Where the hive hangs: `REGISTRY\User\S-1-5-21-0-0-0-1000`; empty where the file does not say. */
  readonly mount: string;
  /** All keys by folded path; the hive itself has an empty one. */
  readonly nodes: Map<string, HiveNode>;
  /** Links are followed, a few of them; undefined where there is no such key. */
  key(path: string): HiveKey | undefined;
};

const mostKeys = 1 << 21;
const mostValues = 1 << 23;
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

function newNode(path: string): HiveNode {
  return {
    path,
    values: new Map(),
    keys: new Map(),
    isLink: false,
    modified: 0n,
    options: [],
    written: undefined,
  };
}

/**
 * The key of a path, made with all keys above it where it is not there: the file names only some of them.
 * @param made is told of every key that was made, those above first
 * @throws HoldfastError `root.invalid` where Windows could not have such a key
 */
export function reach(
  nodes: Map<string, HiveNode>,
  path: string,
  file: string,
  made?: (node: HiveNode, parent: HiveNode) => void,
): HiveNode {
  const tooLong = () => badRoot(file, `the key ${path.slice(0, 100)} is too deep, or its name too long`);
  if (path.length > mostPath) throw tooLong();
  // A path that begins with a backslash is the same without it.
  if (path.startsWith('\\')) return reach(nodes, path.replace(/^\\+/, ''), file, made);
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
  parent ??= topOf(nodes);
  for (const below of missing.toReversed()) {
    if (nodes.size >= mostKeys) throw badRoot(file, 'more keys than any registry has');
    const node = newNode(below);
    nodes.set(fold(below), node);
    const name = below.slice(below.lastIndexOf('\\') + 1);
    parent.keys.set(fold(name), name);
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

function topOf(nodes: Map<string, HiveNode>): HiveNode {
  const top = nodes.get('') ?? newNode('');
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
export function followed(nodes: ReadonlyMap<string, HiveNode>, path: string): string | undefined {
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

function hiveOf(nodes: Map<string, HiveNode>, facts: Pick<Hive, 'architecture' | 'mount'>): Hive {
  topOf(nodes);
  return {
    ...facts,
    nodes,
    key(path) {
      const at = followed(nodes, path);
      const found = at === undefined ? undefined : nodes.get(fold(at));
      return found && { path: found.path, values: found.values, keys: [...found.keys.values()] };
    },
  };
}

export function emptyHive(facts: Pick<Hive, 'architecture' | 'mount'>): Hive {
  return hiveOf(new Map(), facts);
}

/** What a line that begins with `#` says of the key before it. */
function takeOption(node: HiveNode, { name, text }: RegistryLine & { kind: 'option' }): void {
  if (name === 'link') node.isLink = true;
  else if (name === 'time' && /^[0-9a-f]{1,16}$/i.test(text)) node.modified = BigInt(`0x${text}`);
  else node.options.push(text === '' ? name : `${name}=${text}`);
}

/**
 * Reads a registry file whole.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function readHive(source: ByteSource, file: string): Promise<Hive> {
  const nodes = new Map<string, HiveNode>();
  let node: HiveNode | undefined;
  let architecture: Hive['architecture'] = 'x86';
  let mount = '';
  let values = 0;
  const take = (line: RegistryLine) => {
    if (line.kind === 'key') {
      node = reach(nodes, line.path, file);
      node.modified = ticksOf(line.seconds);
    } else if (line.kind === 'value') {
      values += 1;
      if (values > mostValues) throw badRoot(file, 'more values than any registry has');
      (node ?? topOf(nodes)).values.set(fold(line.value.name), line.value);
    } else if (line.kind === 'option') {
      if (node) takeOption(node, line);
      else if (line.name === 'arch' && line.text === 'win64') architecture = 'x64';
    } else mount = /relative to (.+)$/.exec(line.text)?.[1]?.replaceAll('\\\\', '\\') ?? mount;
  };
  for await (const lines of registryLines(linesOf(source, file), file)) lines.forEach(take);
  return hiveOf(nodes, { architecture, mount });
}
