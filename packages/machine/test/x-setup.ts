/** The answer of an X server to a connection, as a server of ours gives it. */

const masks = { blueMask: 0xff, greenMask: 0xff00, redMask: 0xff_0000 };
export const usual = { depth: 24, bitsPerPixel: 32, lowByteFirst: true, ...masks };
export const rootId = 0x1234;

/** The answer to a connection: one screen of one depth with one visual. */
export function setupOf(format: typeof usual): Buffer {
  const block = Buffer.alloc(40 + 4 + 8 + 40 + 8 + 24);
  block.writeUInt8(1, 0);
  block.writeUInt16LE(11, 2);
  block.writeUInt16LE((block.length - 8) / 4, 6);
  block.writeUInt32LE(0xff_ffff, 16);
  block.writeUInt16LE(3, 24);
  block.writeUInt16LE(0xffff, 26);
  block.writeUInt8(1, 28);
  block.writeUInt8(1, 29);
  block.writeUInt8(format.lowByteFirst ? 0 : 1, 30);
  block.writeUInt8(format.depth, 44);
  block.writeUInt8(format.bitsPerPixel, 45);
  const screen = 52;
  block.writeUInt32LE(rootId, screen);
  block.writeUInt32LE(0x21, screen + 32);
  block.writeUInt8(format.depth, screen + 38);
  block.writeUInt8(1, screen + 39);
  block.writeUInt8(format.depth, screen + 40);
  block.writeUInt16LE(1, screen + 42);
  block.writeUInt32LE(0x21, screen + 48);
  block.writeUInt8(4, screen + 52);
  block.writeUInt32LE(format.redMask, screen + 56);
  block.writeUInt32LE(format.greenMask, screen + 60);
  block.writeUInt32LE(format.blueMask, screen + 64);
  return block;
}
