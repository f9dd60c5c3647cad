/**
 * Registry files that were read lately, for whoever opens small roots again and again, as simulated machines do. Files are
 * remembered whole, and key by key: between two looks at a file nearly all of it stays as it was.
 */
import { isHoldfastError } from '@holdfast/contract';
import { bytesSource } from '../source.ts';
import { fold, forkHive, type Hive, type HiveNode, hiveOf, type Reached, reach } from './hive.ts';
import { readHive } from './hive-reader.ts';
import { keyText } from './hive-writer.ts';
import { firstLine } from './registry-text.ts';

/** Files that are remembered, and keys: a few megabytes in all. */
const mostFiles = 32;
const mostKeys = 1 << 12;

/** By the whole text of the file, the one that was read last behind the others. */
const files = new Map<string, Hive>();
/** By bytes that were read before, where somebody keeps those. */
const byBytes = new WeakMap<Uint8Array, Hive>();
/** By what a file says of them. */
const keys = new Map<string, HiveNode>();

const hiveFrom = (text: string, file: string): Promise<Hive> =>
  readHive(bytesSource(Buffer.from(text, 'latin1')), file);

/** What a file says before its first key, and of each key. */
function partsOf(text: string): readonly string[] {
  const starts: number[] = [0];
  for (let at = text.indexOf('\n['); at >= 0; at = text.indexOf('\n[', at + 1)) starts.push(at + 1);
  return starts.map((start, index) => text.slice(start, starts[index + 1]));
}

/** The one key that this text is about; undefined where it is not just one. */
async function keyOf(text: string, file: string): Promise<HiveNode | undefined> {
  const known = keys.get(text);
  if (known !== undefined) return known;
  const { nodes } = await hiveFrom(`${firstLine}\n${text}`, file);
  const [key, ...above] = [...nodes.values()].reverse();
  if (key === undefined || above.some(({ values }) => values.size > 0)) return undefined;
  key.written = keyText(key);
  if (keys.size >= mostKeys) keys.clear();
  keys.set(text, key);
  return key;
}

/** Puts a file together from what is known of its keys; undefined where that cannot be done. */
async function together(text: string, file: string): Promise<Hive | undefined> {
  const [head = '', ...parts] = partsOf(text);
  const top = await hiveFrom(head, file);
  const reached: Reached = { nodes: top.nodes, owner: {} };
  const told = new Set<string>();
  let hasLinks = false;
  for (const part of parts) {
    const key = await keyOf(part, file);
    const folded = fold(key?.path ?? '');
    if (key === undefined || told.has(folded)) return undefined;
    told.add(folded);
    hasLinks ||= key.isLink;
    const { path, keys: below } = reach(reached, key.path, file);
    // Its owner is nobody here: values that many hives have are copied before they are changed.
    const written = path === key.path ? key.written : undefined;
    reached.nodes.set(folded, { ...key, path, keys: below, below: undefined, written });
  }
  return hiveOf(reached, { ...top, hasLinks });
}

/** The same, where the file is sound; of one that is not, `readHive` says what is wrong. */
async function togetherIfSound(text: string, file: string): Promise<Hive | undefined> {
  try {
    return await together(text, file);
  } catch (thrown) {
    if (isHoldfastError(thrown, 'root.invalid')) return undefined;
    throw thrown;
  }
}

/**
 * A registry file from all of its bytes, which nobody writes into any more, as `readHive` reads it.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function recallHive(bytes: Uint8Array, file: string): Promise<Hive> {
  const same = byBytes.get(bytes);
  if (same !== undefined) return forkHive(same);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const hive =
    files.get(text) ?? (await togetherIfSound(text, file)) ?? (await readHive(bytesSource(bytes), file));
  byBytes.set(bytes, hive);
  files.delete(text);
  files.set(text, hive);
  for (const [oldest] of files) {
    if (files.size <= mostFiles) break;
    files.delete(oldest);
  }
  return forkHive(hive);
}
