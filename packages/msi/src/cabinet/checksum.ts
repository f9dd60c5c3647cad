/** The checksum of data blocks: the exclusive or of their 32-bit words [MS-CAB 3.1]. */

function rotate(word: number, bytes: number): number {
  return bytes === 0 ? word : (word << (bytes * 8)) | (word >>> (32 - bytes * 8));
}

/** Exclusive or of all whole words of `bytes`, whose length is a multiple of four. */
function wholeWords(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  // Words are read aligned in memory, where they are several times faster; what that turned is turned back.
  const turned = (4 - (bytes.byteOffset & 3)) & 3;
  let sum = 0;
  const head = Math.min(turned, bytes.length);
  for (let index = 0; index < head; index += 1) sum ^= (bytes[index] as number) << (index * 8);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >>> 2);
  let aligned = 0;
  for (let index = 0; index < words.length; index += 1) aligned ^= words[index] as number;
  sum ^= rotate(aligned, turned);
  for (let index = head + words.length * 4; index < bytes.length; index += 1) {
    sum ^= (bytes[index] as number) << ((index & 3) * 8);
  }
  return sum;
}

/** Checksum of `bytes`, going on from `seed`. The last one to three bytes count in the opposite order. */
export function blockChecksum(bytes: Uint8Array, seed: number): number {
  const whole = bytes.length & ~3;
  let sum = seed ^ wholeWords(bytes.subarray(0, whole));
  for (let index = whole; index < bytes.length; index += 1) {
    sum ^= (bytes[index] as number) << ((bytes.length - 1 - index) * 8);
  }
  return sum >>> 0;
}
