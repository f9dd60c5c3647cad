/** What an X server says of itself when a program connects, as far as a picture of its screen needs it. */
import { HoldfastError } from '@holdfast/contract';

/** Which byte of a pixel of four holds which colour. */
export type PixelBytes = { readonly blue: number; readonly green: number; readonly red: number };

export type RootWindow = { readonly id: number; readonly pixel: PixelBytes };

/** One way in which a server stores pixels. Masks are those of the visual, in the server's own numbers. */
export type PixelFormat = {
  readonly depth: number;
  readonly bitsPerPixel: number;
  readonly lowByteFirst: boolean;
  readonly redMask: number;
  readonly greenMask: number;
  readonly blueMask: number;
};

/** Sizes and offsets of the connection setup. Source: X Window System Protocol, version 11, section 8. */
const setupLength = 40;
const formatLength = 8;
const screenLength = 40;
const depthLength = 8;
const visualLength = 24;
/** Classes of visuals whose pixels are colours, not places in a table: TrueColor, DirectColor. */
const colourClasses = [4, 5];

/** Offsets are read with bounds: what a server sends may be cut short or nonsense. */
function wrong(what: string): HoldfastError {
  return new HoldfastError('screen.failed', `The X server ${what}.`);
}

/**
 * The first screen of a setup block (the server's answer from its first byte on).
 * @throws HoldfastError `screen.failed` where the block is cut short, or its pixels are not of eight bits a colour
 */
export function rootWindow(block: Buffer): RootWindow {
  try {
    const screenAt = setupLength + paddedTo4(block.readUInt16LE(24)) + block.readUInt8(29) * formatLength;
    if (block.readUInt8(28) === 0) throw wrong('has no screen');
    const depth = block.readUInt8(screenAt + 38);
    const bitsPerPixel = bitsOf(block, depth);
    const visual = visualAt(block, screenAt, block.readUInt32LE(screenAt + 32));
    const pixel = pixelBytes({
      depth,
      bitsPerPixel,
      lowByteFirst: block.readUInt8(30) === 0,
      redMask: block.readUInt32LE(visual + 8),
      greenMask: block.readUInt32LE(visual + 12),
      blueMask: block.readUInt32LE(visual + 16),
    });
    return { id: block.readUInt32LE(screenAt), pixel };
  } catch (thrown) {
    if (thrown instanceof RangeError) throw wrong('described its screen in fewer bytes than it needs');
    throw thrown;
  }
}

function paddedTo4(length: number): number {
  return (length + 3) & ~3;
}

/** Bits that a pixel of this depth takes in a picture. */
function bitsOf(block: Buffer, depth: number): number {
  const first = setupLength + paddedTo4(block.readUInt16LE(24));
  for (let index = 0; index < block.readUInt8(29); index += 1) {
    const at = first + index * formatLength;
    if (block.readUInt8(at) === depth) return block.readUInt8(at + 1);
  }
  throw wrong(`does not say how it stores pixels of depth ${depth}`);
}

/** Offset of a visual among those of the depths of a screen. */
function visualAt(block: Buffer, screenAt: number, id: number): number {
  let at = screenAt + screenLength;
  for (let depths = block.readUInt8(screenAt + 39); depths > 0; depths -= 1) {
    const visuals = block.readUInt16LE(at + 2);
    at += depthLength;
    for (const end = at + visuals * visualLength; at < end; at += visualLength) {
      if (block.readUInt32LE(at) !== id) continue;
      if (!colourClasses.includes(block.readUInt8(at + 4))) throw wrong('shows colours by a table');
      return at;
    }
  }
  throw wrong('does not describe the visual of its screen');
}

/**
 * Where the colours of a pixel lie. @throws HoldfastError `screen.failed` for pixels that are not of depth 24 or 32 in
 * 32 bits with one whole byte a colour
 */
export function pixelBytes(format: PixelFormat): PixelBytes {
  const { depth, bitsPerPixel, lowByteFirst, redMask, greenMask, blueMask } = format;
  const places = [blueMask, greenMask, redMask].map((mask) => {
    const place = [0xff, 0xff00, 0xff_0000, 0xff00_0000].indexOf(mask);
    return lowByteFirst || place < 0 ? place : 3 - place;
  });
  const [blue = -1, green = -1, red = -1] = places;
  const whole = [24, 32].includes(depth) && bitsPerPixel === 32 && new Set([...places, -1]).size === 4;
  if (whole) return { blue, green, red };
  throw new HoldfastError(
    'screen.failed',
    `The screen has ${depth} bits a pixel in a form that the screen driver does not read.`,
    { details: { depth, bitsPerPixel, redMask, greenMask, blueMask } },
  );
}

/** A copy of pixels in the order blue, green, red, unused. */
export function inOrder(pixels: Uint8Array, { blue, green, red }: PixelBytes): Uint8Array {
  const copy = new Uint8Array(pixels);
  if (blue === 0 && green === 1 && red === 2) return copy;
  for (let at = 0; at < copy.length; at += 4) {
    copy[at] = pixels[at + blue] ?? 0;
    copy[at + 1] = pixels[at + green] ?? 0;
    copy[at + 2] = pixels[at + red] ?? 0;
    copy[at + 3] = 0;
  }
  return copy;
}
