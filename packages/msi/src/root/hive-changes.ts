/** Changes of a hive in memory. Each answers how it is taken back, or undefined where nothing had to be changed. */
import { type RegistryValue, sameValue } from './data.ts';
import { badRoot } from './errors.ts';
import { fold, followed, type Hive, type HiveNode, owned, reach } from './hive.ts';

export type TakeBack = () => void;

/** Where a key is, or would be; links are followed. */
function placeIn(hive: Hive, path: string): string {
  const at = followed(hive, path);
  if (at === undefined) throw badRoot(path, 'its links lead round in a circle');
  return at;
}

function nodeAt(hive: Hive, path: string): HiveNode | undefined {
  const at = followed(hive, path);
  const node = at === undefined ? undefined : hive.nodes.get(fold(at));
  return node && owned(hive, node);
}

function inOrder(steps: readonly TakeBack[]): TakeBack {
  return () => {
    for (const step of steps.toReversed()) step();
  };
}

function touch(node: HiveNode, now: bigint): TakeBack {
  const before = node.modified;
  node.modified = now;
  node.written = undefined;
  return () => {
    node.modified = before;
    node.written = undefined;
  };
}

function parentOf(hive: Hive, node: HiveNode): HiveNode | undefined {
  const end = node.path.lastIndexOf('\\');
  const parent = hive.nodes.get(fold(node.path.slice(0, Math.max(0, end))));
  return parent && owned(hive, parent);
}

/**
 * Makes a key and those above it.
 * @param now 100 ns since 1601
 * @throws HoldfastError `root.invalid` where Windows could not have such a key
 */
export function createKey(hive: Hive, path: string, now: bigint): TakeBack | undefined {
  const steps: TakeBack[] = [];
  reach(hive, placeIn(hive, path), path, (node, parent) => {
    steps.push(touch(parent, now));
    node.modified = now;
    steps.push(() => {
      parent.below = undefined;
      hive.nodes.delete(fold(node.path));
      parent.keys.delete(fold(node.path.slice(node.path.lastIndexOf('\\') + 1)));
    });
  });
  return steps.length === 0 ? undefined : inOrder(steps);
}

/** Sets a value; its key is made where it is not there. The name stays as it was stored, whatever its case here. */
export function setValue(hive: Hive, path: string, value: RegistryValue, now: bigint): TakeBack | undefined {
  const created = createKey(hive, path, now);
  const node = owned(hive, reach(hive, placeIn(hive, path), path));
  const folded = fold(value.name);
  const before = node.values.get(folded);
  if (before && sameValue(before, value)) return created;
  const touched = touch(node, now);
  node.values.set(folded, before ? { ...value, name: before.name } : value);
  const unset = () => {
    if (before) node.values.set(folded, before);
    else node.values.delete(folded);
  };
  return inOrder([...(created ? [created] : []), touched, unset]);
}

export function removeValue(hive: Hive, path: string, name: string, now: bigint): TakeBack | undefined {
  const node = nodeAt(hive, path);
  const before = node?.values.get(fold(name));
  if (!node || !before) return undefined;
  const touched = touch(node, now);
  node.values.delete(fold(name));
  return inOrder([touched, () => node.values.set(fold(name), before)]);
}

/** The folded paths of a key and all keys below it. */
function* pathsBelow({ nodes }: Hive, node: HiveNode): Generator<string> {
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield fold(next.path);
    for (const name of next.keys.values()) {
      const below = nodes.get(fold(`${next.path}\\${name}`));
      if (below) waiting.push(below);
    }
  }
}

/**
 * Removes a key with everything below it.
 * @throws HoldfastError `root.invalid` for the hive itself
 */
export function removeKey(hive: Hive, path: string, now: bigint): TakeBack | undefined {
  const node = nodeAt(hive, path);
  if (!node) return undefined;
  const parent = parentOf(hive, node);
  if (!parent || node === parent) throw badRoot(hive.mount, 'a whole hive is not removed');
  const removed = [...pathsBelow(hive, node)].flatMap((at) => {
    const one = hive.nodes.get(at);
    return one ? [[at, one] as const] : [];
  });
  const name = node.path.slice(node.path.lastIndexOf('\\') + 1);
  const touched = touch(parent, now);
  parent.below = undefined;
  for (const [at] of removed) hive.nodes.delete(at);
  parent.keys.delete(fold(name));
  const putBack = () => {
    parent.below = undefined;
    for (const [at, one] of removed) hive.nodes.set(at, one);
    parent.keys.set(fold(name), name);
  };
  return inOrder([touched, putBack]);
}
