/** Stand-ins for programs of Windows: a version and a few words. */
import { programFile } from '@holdfast/msi';

const english = 1033;

/**
 * A 32-bit program of this version.
 * @param version four numbers with dots between them
 * @param words what makes it another file than one of the same version
 */
export function programOf(version: string, words: string): Uint8Array {
  return Buffer.concat([programFile(version.split('.').map(Number), [english]), Buffer.from(words)]);
}
