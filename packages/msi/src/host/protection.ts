/** Windows File Protection as it stands for a folder: told what it protects, for tests and simulations. */
import { isHoldfastError } from '@holdfast/contract';
import type { HostFiles, HostProtection } from './model.ts';

export type ProtectionOptions = {
  /** Windows paths of protected files, in any case. */
  readonly list: readonly string[];
  /** Windows path of the folder that has the system's own versions, by file name: `C:\Windows\System32\dllcache`. */
  readonly cache: string;
  /** False while the protection does not serve yet, as early in a start of Windows: unless given, it does. */
  readonly ready?: boolean;
};

/** "System Error Codes", learn.microsoft.com/windows/win32/debug/system-error-codes. */
const winError = { success: 0, fileNotFound: 2, notReady: 21, writeFault: 29 } as const;

const pieceBytes = 1 << 18;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1);
}

/** Puts the version of the cache in the place of a file, at one stroke. */
async function restored(files: Omit<HostFiles, 'atRestart'>, cached: string, path: string): Promise<boolean> {
  const fresh = `${path}.new`;
  const modified = (await files.times(cached))?.modified;
  const staged = await files.read(cached, async (source) => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < source.size; at += pieceBytes) yield await source.read(at, pieceBytes);
    }
    await files.stage(fresh, pieces(), source.size, modified);
    return true;
  });
  if (staged) await files.move(fresh, path);
  return staged === true;
}

/** Protects what it is told to; nothing where it is told nothing. */
export function rootProtection(
  files: Omit<HostFiles, 'atRestart'>,
  options: ProtectionOptions = { list: [], cache: '' },
): HostProtection {
  const listed = new Set(options.list.map((path) => path.toLowerCase()));
  return {
    isProtected: async (path) => listed.has(path.toLowerCase()),
    async install(paths) {
      if (options.ready === false) return winError.notReady;
      try {
        for (const path of paths) {
          if (!(await restored(files, `${options.cache}\\${nameOf(path)}`, path)))
            return winError.fileNotFound;
        }
        return winError.success;
      } catch (thrown) {
        if (isHoldfastError(thrown)) return winError.writeFault;
        throw thrown;
      }
    },
  };
}
