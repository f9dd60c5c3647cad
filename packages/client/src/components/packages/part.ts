/** Parts of packages, and what is said of those that cannot be read. */
import { HoldfastError } from '@holdfast/contract';
import type { ByteSource } from '@holdfast/msi';
import type { OpenFile } from '@holdfast/ports';

/** An open file; the caller closes it. */
export async function sourceOf(file: OpenFile): Promise<ByteSource> {
  return { size: await file.size(), read: (position, length) => file.read(position, length) };
}

/** A part of a source as a source of its own. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    read: (position, length) => source.read(start + position, Math.min(length, Math.max(size - position, 0))),
  };
}

export function damagedPackage(why: string): HoldfastError {
  return new HoldfastError('component.damaged', `The package cannot be read: ${why}.`);
}
