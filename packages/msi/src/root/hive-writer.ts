/** A hive as the text that Wine keeps it in: the way back of `readHive`. */
import { fold, type Hive, type HiveNode, secondsOf } from './hive.ts';
import { firstLine } from './registry-text.ts';
import { pathText, valueText } from './registry-text-writer.ts';

/** Characters that are handed on together. */
const pieceLength = 1 << 18;

/** As Wine sorts keys and values: by code unit, whatever their case. */
function sorted<Item>(items: ReadonlyMap<string, Item>): readonly Item[] {
  if (items.size < 2) return [...items.values()];
  return [...items]
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, item]) => item);
}

/** What the file says of a key. */
export function keyText(node: HiveNode): string {
  const lines = [
    `[${pathText(node.path)}] ${secondsOf(node.modified)}`,
    `#time=${node.modified.toString(16)}`,
    ...node.options.map((option) => `#${option}`),
    ...(node.isLink ? ['#link'] : []),
    ...sorted(node.values).map(valueText),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** Whether it stands in the file. Keys that only lead to others are named by them. */
function isTelling({ values, keys, options, isLink }: HiveNode): boolean {
  return values.size > 0 || keys.size === 0 || options.length > 0 || isLink;
}

/** A key and all below it that stand in the file, parents first. */
function tellingKeys(
  { nodes }: Pick<Hive, 'nodes'>,
  at: HiveNode | undefined,
  found: HiveNode[] = [],
): readonly HiveNode[] {
  if (!at) return found;
  if (isTelling(at)) found.push(at);
  at.below ??= sorted(at.keys).map((name) => fold(at.path === '' ? name : `${at.path}\\${name}`));
  for (const path of at.below) tellingKeys({ nodes }, nodes.get(path), found);
  return found;
}

/** The file of a hive, in pieces; every character is one byte. */
export function* hiveText(hive: Hive): Generator<Uint8Array> {
  const mount = hive.mount.replaceAll('\\', '\\\\');
  let piece = `${firstLine}\n;; All keys relative to ${mount}\n`;
  piece += `\n#arch=${hive.architecture === 'x64' ? 'win64' : 'win32'}\n`;
  for (const node of tellingKeys(hive, hive.nodes.get(''))) {
    node.written ??= keyText(node);
    piece += node.written;
    if (piece.length < pieceLength) continue;
    yield Buffer.from(piece, 'latin1');
    piece = '';
  }
  yield Buffer.from(piece, 'latin1');
}
