/** What is thrown where the folder that is to be a Windows root is none. */
import { HoldfastError } from '@holdfast/contract';

/** @param where file and line, or the path: what the reader looks for */
export function badRoot(where: string, happened: string): HoldfastError {
  return new HoldfastError('root.invalid', `${where}: ${happened}`, { details: { where } });
}
