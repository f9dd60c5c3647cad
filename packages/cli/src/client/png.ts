/** A picture of the screen as a PNG file. Source: "Portable Network Graphics (PNG) Specification", third edition, W3C. */
import { crc32, deflateSync } from 'node:zlib';
import type { Frame } from '@holdfast/ports';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const bitsPerColour = 8;
/** Red, green, blue, without transparency. */
const trueColour = 2;
/** Each byte is the difference from the one above it: most rows of a screen are like their neighbours. */
const upFilter = 2;

export function pngOf(frame: Frame): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(frame.width, 0);
  header.writeUInt32BE(frame.height, 4);
  header.set([bitsPerColour, trueColour], 8);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rowsOf(frame))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...parts]);
}

/** Rows from the top, each after the number of its filter. */
function rowsOf({ width, height, pixels }: Frame): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    rows[to++] = upFilter;
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      for (const colour of [2, 1, 0]) {
        const above = y === 0 ? 0 : (pixels[from - width * 4 + colour] ?? 0);
        rows[to++] = (pixels[from + colour] ?? 0) - above;
      }
    }
  }
  return rows;
}

function chunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
