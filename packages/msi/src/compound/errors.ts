/** What the readers of packages throw: one code for what cannot be right, one for what is too much. */
import { HoldfastError } from '@holdfast/contract';

/**
 * The bytes contradict their format.
 * @param where the structure, in the words of its specification: `FAT`, `directory`, `_StringPool`
 * @param offset bytes (or the index, where the structure has numbered parts) into it
 */
export function invalid(where: string, offset: number, happened: string, cause?: unknown): HoldfastError {
  return new HoldfastError('msi.invalid', `${where} at ${offset}: ${happened}`, {
    details: { where, offset },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Well formed, perhaps, but more of it than any package needs. */
export function beyond(where: string, offset: number, happened: string): HoldfastError {
  return new HoldfastError('msi.limit', `${where} at ${offset}: ${happened}`, { details: { where, offset } });
}
