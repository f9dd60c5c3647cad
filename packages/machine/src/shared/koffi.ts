/** Calls into libraries of the system that Node does not make itself. */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/**
 * Not an import: koffi loads its addon at once, and who needs none of its calls is not to carry it.
 * @param from path or file URL of the module beside whose packages koffi lies
 */
export function loadKoffi(from: string = import.meta.url): typeof Koffi {
  return createRequire(from)('koffi');
}
