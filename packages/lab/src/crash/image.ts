/**
 * What a disk holds as one number of 64 bits: equal disks have equal numbers, whatever led to them.
 *
 * Contents are hashed once each: forks of a disk share them, and so they share what is known about them. What a folder
 * holds is added up, so that the order in which it was made does not matter and nothing needs to be sorted.
 */
import { hash } from 'node:crypto';
import type { Content } from '../disk/content.ts';
import type { FolderNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';

/** Two halves of 64 bits. */
type Bits = readonly [high: number, low: number];

const pages = new WeakMap<Uint8Array, Bits>();
const contents = new WeakMap<Content, Bits>();
const words = new Map<string, Bits>();

/** Names that are remembered; beyond that they are found anew. */
const mostWords = 200_000;

const hole: Bits = [0x2545_f491, 0x4f6c_dd1d];

function digest(data: Uint8Array | string): Bits {
  const bytes = hash('sha256', data, 'buffer');
  return [bytes.readInt32LE(0), bytes.readInt32LE(4)];
}

function wordBits(word: string): Bits {
  const known = words.get(word);
  if (known !== undefined) return known;
  if (words.size >= mostWords) words.clear();
  const found = digest(word);
  words.set(word, found);
  return found;
}

/** The finalizer of MurmurHash3 (public domain, A. Appleby) over both halves. */
function mixed([high, low]: Bits, [otherHigh, otherLow]: Bits): Bits {
  let one = Math.imul(high ^ Math.imul(otherHigh, 0x85eb_ca6b), 0xc2b2_ae35) ^ otherLow;
  let two = Math.imul(low ^ Math.imul(otherLow, 0xcc9e_2d51), 0x1b87_3593) ^ otherHigh;
  one = Math.imul(one ^ (one >>> 16), 0x85eb_ca6b);
  two = Math.imul(two ^ (two >>> 13), 0xc2b2_ae35);
  return [one ^ (one >>> 15) ^ two, two ^ (two >>> 16) ^ Math.imul(one, 0x9e37_79b1)];
}

function pageBits(page: Uint8Array | undefined): Bits {
  if (page === undefined) return hole;
  const known = pages.get(page);
  if (known !== undefined) return known;
  const found = digest(page);
  pages.set(page, found);
  return found;
}

function contentBits(content: Content): Bits {
  const known = contents.get(content);
  if (known !== undefined) return known;
  let found: Bits = [content.length, 0];
  for (const page of content.pages) found = mixed(found, pageBits(page));
  contents.set(content, found);
  return found;
}

function folderBits(folder: FolderNode, which: 'durable' | 'entries'): Bits {
  let [high, low] = [0, 0];
  for (const [name, node] of folder[which]) {
    let bits = wordBits(name);
    if (node.kind === 'folder') bits = mixed(mixed(bits, [1, 1]), folderBits(node, which));
    else if (node.kind === 'link') bits = mixed(mixed(bits, [2, 2]), wordBits(node.target));
    else {
      const durable = which === 'durable';
      const { modified } = durable ? node.durableTimes : node.times;
      const times: Bits = [modified | 0, Math.floor(modified / 2 ** 32)];
      bits = mixed(mixed(bits, times), contentBits(durable ? node.durable : node.content));
    }
    high = (high + bits[0]) | 0;
    low = (low + bits[1]) | 0;
  }
  return [high, low];
}

/** The disk as it would be read after a loss of power (`durable`), or as programs see it now (`entries`). */
export function diskImage({ root }: Volume, which: 'durable' | 'entries' = 'durable'): bigint {
  return toNumber(folderBits(root, which));
}

/** One number of 64 bits for an image under a label. */
export function labelled(label: string, image: bigint): bigint {
  return toNumber(
    mixed(wordBits(label), [Number(BigInt.asIntN(32, image >> 32n)), Number(BigInt.asIntN(32, image))]),
  );
}

function toNumber([high, low]: Bits): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
