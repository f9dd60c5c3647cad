/** Calls into libraries of the system that Node does not make itself. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Koffi from 'koffi';

/**
 * Not an import: koffi loads its addon at once, and who needs none of its calls is not to carry it.
 * @param from path or file URL of the module beside whose packages koffi lies
 */
export function loadKoffi(from: string = import.meta.url): typeof Koffi {
  try {
    return createRequire(from)('koffi');
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    // A version of a client in its state folder: packages lie beside the launcher, whose runtime it runs on.
    return createRequire(join(dirname(dirname(process.execPath)), 'launcher', 'launcher.mjs'))('koffi');
  }
}

const isMissing = (thrown: unknown) =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'MODULE_NOT_FOUND';

/**
 * Koffi for Windows on x64 without its own modules around the addon, which warn of what is deprecated: finding and reading
 * those takes longer than all else that a service does of itself until it answers its manager.
 * @param from path or file URL of the module beside whose packages the addon lies
 */
export function loadWindowsAddon(from: string = import.meta.url): typeof Koffi {
  return createRequire(from)('@koromix/koffi-win32-x64');
}
