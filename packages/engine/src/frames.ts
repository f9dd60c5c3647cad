/**
 * The frames of a journal file.
 *
 * A file is frames, one behind the other, nothing between them. A frame is
 *
 *     offset  bytes  what
 *          0      4  marker: 1E 48 46 31 (record separator, "HF1")
 *          4      4  length of the payload in bytes, unsigned, little endian
 *          8      4  CRC-32 (as in zlib) of the length field and the payload, unsigned, little endian
 *         12      n  payload: JSON in UTF-8
 *
 * JSON escapes control characters, so the marker cannot occur inside a payload; and the checksum covers the
 * length, so that a run of zeroes, as file systems leave after a power cut, is no frame.
 */
import { crc32 } from 'node:zlib';
import { HoldfastError } from '@holdfast/contract';

const marker = Buffer.from([0x1e, 0x48, 0x46, 0x31]);
const headBytes = 12;

/** Bytes of the longest payload: what the journal of a client with thousands of assignments stays well below. */
export const framePayloadLimit = 128 * 1024 * 1024;

export function encodeFrame(value: unknown): Buffer {
  return frameOf(JSON.stringify(value));
}

/** A frame of what is JSON already. @throws HoldfastError `disk.failed` where it would be too long */
export function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text, 'utf8');
  if (length > framePayloadLimit) {
    throw new HoldfastError('disk.failed', 'A journal frame would be longer than its limit.', {
      details: { bytes: length, limit: framePayloadLimit },
    });
  }
  const frame = Buffer.allocUnsafe(headBytes + length);
  marker.copy(frame, 0);
  frame.writeUInt32LE(length, 4);
  frame.write(text, headBytes, 'utf8');
  frame.writeUInt32LE(checksum(frame, 0, length), 8);
  return frame;
}

export type Frames = {
  readonly values: readonly unknown[];
  /** Where the last whole frame ends: what follows, if anything, is no frame. */
  readonly end: number;
  /** A whole frame lies behind something that is none: not a torn tail, but damage. */
  readonly damaged: boolean;
};

/** Reads frames until the first thing that is none. */
export function readFrames(file: Uint8Array): Frames {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const values: unknown[] = [];
  let end = 0;
  for (let length = wholeFrameAt(bytes, end); length !== undefined; length = wholeFrameAt(bytes, end)) {
    const value = jsonOf(bytes.toString('utf8', end + headBytes, end + length));
    if (value === undefined) return { values, end, damaged: true };
    values.push(value);
    end += length;
  }
  return { values, end, damaged: hasFrameAfter(bytes, end) };
}

/** Undefined for what is none. JSON itself has no `undefined`. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Length of the whole frame at an offset; undefined where there is none. */
function wholeFrameAt(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < headBytes) return undefined;
  if (!bytes.subarray(offset, offset + marker.length).equals(marker)) return undefined;
  const payload = bytes.readUInt32LE(offset + 4);
  if (payload > framePayloadLimit || payload > bytes.length - offset - headBytes) return undefined;
  if (bytes.readUInt32LE(offset + 8) !== checksum(bytes, offset, payload)) return undefined;
  return headBytes + payload;
}

function checksum(bytes: Buffer, offset: number, payload: number): number {
  const length = crc32(bytes.subarray(offset + 4, offset + 8));
  return crc32(bytes.subarray(offset + headBytes, offset + headBytes + payload), length);
}

/** A frame goes no further than to the next marker, so that each byte is looked at twice at most. */
function hasFrameAfter(bytes: Buffer, offset: number): boolean {
  let candidate = bytes.indexOf(marker, offset + 1);
  while (candidate >= 0) {
    const next = bytes.indexOf(marker, candidate + headBytes);
    const piece = next < 0 ? bytes : bytes.subarray(0, next);
    if (wholeFrameAt(piece, candidate) !== undefined) return true;
    candidate = bytes.indexOf(marker, candidate + 1);
  }
  return false;
}
