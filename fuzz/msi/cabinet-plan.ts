/** Where the fields of a sound cabinet are, and its checksums made right again after damage. */
import { blockChecksum } from '../../packages/msi/src/cabinet/checksum.ts';
import { type Field, type Plan, planOf } from '../mutate.ts';

const headerFields: readonly Field[] = [
  { at: 0, width: 4, kind: 'signature' },
  { at: 8, width: 4, kind: 'size' },
  { at: 16, width: 4, kind: 'place' },
  { at: 24, width: 2, kind: 'version' },
  { at: 26, width: 2, kind: 'count' },
  { at: 28, width: 2, kind: 'count' },
  { at: 30, width: 2, kind: 'marks' },
  { at: 32, width: 2, kind: 'set' },
  { at: 34, width: 2, kind: 'set' },
];

export type Block = { readonly at: number; readonly head: number };
export type CabinetPlan = Plan & { readonly blocks: readonly Block[] };

/** Bytes up to and with the next zero. */
function textBytes(bytes: Uint8Array, at: number): number {
  return bytes.indexOf(0, at) + 1 - at;
}

function characters(at: number, length: number): Field[] {
  return Array.from({ length }, (_, index) => ({ at: at + index, width: 1, kind: 'name' }));
}

function payloadFields(at: number, length: number): Field[] {
  // Codecs begin with their trees: most changes go there.
  return Array.from({ length: Math.min(Math.floor(length / 2), 300) }, (_, index) => ({
    at: at + index * 2,
    width: 2,
    kind: index < 12 ? 'lead' : index < 100 ? 'trees' : 'packed',
  }));
}

/** For a cabinet that is sound, of any number of folders. */
export function cabinetPlan(bytes: Uint8Array): CabinetPlan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marks = view.getUint16(30, true);
  const [folders, files] = [view.getUint16(26, true), view.getUint16(28, true)];
  const fields = [...headerFields];
  const records: { at: number; length: number }[] = [];
  const blocks: Block[] = [];
  const reserves = (marks & 4) !== 0;
  let at = 36;
  if (reserves) {
    fields.push({ at, width: 2, kind: 'reserve' });
    fields.push({ at: at + 2, width: 1, kind: 'reserve' }, { at: at + 3, width: 1, kind: 'reserve' });
    at += 4 + view.getUint16(36, true);
  }
  for (let texts = ((marks & 1) + ((marks & 2) >> 1)) * 2; texts > 0; texts -= 1) {
    const length = textBytes(bytes, at);
    fields.push(...characters(at, length));
    at += length;
  }
  const folderBytes = 8 + (reserves ? view.getUint8(38) : 0);
  const head = 8 + (reserves ? view.getUint8(39) : 0);
  for (let folder = 0; folder < folders; folder += 1, at += folderBytes) {
    fields.push({ at, width: 4, kind: 'place' }, { at: at + 4, width: 2, kind: 'blocks' });
    fields.push({ at: at + 6, width: 2, kind: 'compression' });
    records.push({ at, length: 8 });
    let block = view.getUint32(at, true);
    for (let left = view.getUint16(at + 4, true); left > 0; left -= 1) {
      const packed = view.getUint16(block + 4, true);
      blocks.push({ at: block, head });
      records.push({ at: block, length: head + Math.min(packed, 64) });
      fields.push({ at: block, width: 4, kind: 'checksum' });
      fields.push({ at: block + 4, width: 2, kind: 'length' }, { at: block + 6, width: 2, kind: 'length' });
      fields.push(...payloadFields(block + head, packed));
      block += head + packed;
    }
  }
  at = view.getUint32(16, true);
  for (let file = 0; file < files; file += 1) {
    const length = textBytes(bytes, at + 16);
    fields.push({ at, width: 4, kind: 'fileSize' }, { at: at + 4, width: 4, kind: 'fileSize' });
    fields.push({ at: at + 8, width: 2, kind: 'folder' }, { at: at + 14, width: 2, kind: 'attributes' });
    fields.push({ at: at + 10, width: 2, kind: 'date' }, { at: at + 12, width: 2, kind: 'date' });
    fields.push(...characters(at + 16, length));
    records.push({ at, length: 16 + length });
    at += 16 + length;
  }
  const values = {
    folder: [0, 1, 2, 0xfffd, 0xfffe, 0xffff],
    compression: [0, 1, 2, 3, 4, 0x0e03, 0x0f03, 0x1203, 0x1503, 0x1603, 0x0f02],
    name: [0, 0x2e, 0x2f, 0x5c, 0x3a, 0x20, 0x80, 0xc0, 0xff],
    attributes: [0, 0x20, 0x80, 0xa0, 0xff],
    marks: [0, 1, 2, 3, 4, 5, 6, 7],
    blocks: [0, 1, 2, 65_535],
    length: [0, 1, 2, 32_768, 32_769, 38_912, 38_913, 65_535],
    place: blocks.map((block) => block.at),
    fileSize: [0, 1, 32_768, 65_535 * 32_768, 0xffff_ffff],
  };
  return { ...planOf(bytes, fields, records, values), blocks };
}

/** Makes the checksums right, where the blocks still are, and the size of the whole. */
export function repairCabinet(bytes: Uint8Array, blocks: readonly Block[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 36) return;
  view.setUint32(8, bytes.length, true);
  for (const { at, head } of blocks) {
    if (at + head > bytes.length) return;
    const packed = bytes.subarray(at + head, at + head + view.getUint16(at + 4, true));
    view.setUint32(at, blockChecksum(bytes.subarray(at + 4, at + 8), blockChecksum(packed, 0)), true);
  }
}
