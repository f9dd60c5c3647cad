/**
 * Windows File Protection, simulated: a list that goes with the version of Windows, a cache of good copies, a scan after
 * set-up, and a server that answers 21 until it is initialised. Sources: "Protected File List", "Windows File Protection
 * registry values", learn.microsoft.com; KB829810 for the late start.
 */
import { systemError } from '@holdfast/contract';
import type { HostFiles, HostProtection } from '@holdfast/msi';
import type { Clock, Protection } from '@holdfast/ports';
import type { Timeline } from '../timeline/timeline.ts';
import { isFile, putFile, readFile } from './files.ts';
import { cacheFolder, protectedFiles, type WindowsSystem } from './system.ts';

/** "System Error Codes", learn.microsoft.com. */
const winError = { success: 0, fileNotFound: 2, notReady: 21 } as const;

/** Milliseconds from a change of a protected file to its restoration. */
const restoreAfterMs = 500;

export type FileProtection = {
  /** As Windows Installer calls it: a Win32 error, 0 for success. */
  readonly forInstaller: HostProtection;
  /** As a client calls it. */
  readonly port: Required<Protection>;
  /** Initialises after so many milliseconds; where set-up has asked for a scan, with that, and tells `scanned`. */
  begin(afterMs: number, scanned?: () => Promise<void>): void;
  /** A file was changed, by whomever. */
  changed(path: string): void;
};

type Parts = {
  readonly system: WindowsSystem;
  /** The disk beneath the watch: what protection itself writes is not noticed. */
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly timeline: Timeline;
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1);
}

export function fileProtection({ system, files, clock, timeline }: Parts): FileProtection {
  const list = protectedFiles(system);
  const watchers = new Set<() => void>();
  const isProtected = async (path: string): Promise<boolean> => list.has(path.toLowerCase());
  let ready = false;

  /** After set-up: every protected file is looked at, and copied into the cache. */
  async function scanAll(): Promise<void> {
    timeline.tell('protection', `scans ${list.size} protected files and fills its cache`);
    for (const { path, bytes } of list.values()) {
      if (!(await isFile(files, path, bytes))) {
        await putFile(files, path, bytes);
        timeline.tell('protection', `restored ${nameOf(path)} from the source of set-up`);
      }
      await putFile(files, `${cacheFolder}\\${nameOf(path)}`, bytes);
    }
  }

  /** Puts the copies of the cache in the place of files. */
  async function installAll(paths: readonly string[]): Promise<number> {
    for (const path of paths) {
      const good = await readFile(files, `${cacheFolder}\\${nameOf(path)}`);
      if (good === undefined) return winError.fileNotFound;
      await putFile(files, path, good);
    }
    return winError.success;
  }

  async function initialise(afterMs: number, scanned: (() => Promise<void>) | undefined): Promise<void> {
    await clock.sleep(afterMs);
    if (scanned !== undefined) {
      await scanAll();
      await scanned();
    }
    ready = true;
    timeline.tell('protection', 'is initialised: it serves');
    for (const changed of [...watchers]) changed();
  }

  async function restore(path: string): Promise<void> {
    await clock.sleep(restoreAfterMs);
    const good = list.get(path.toLowerCase());
    if (good === undefined || (await isFile(files, path, good.bytes))) return;
    await installAll([path]);
    timeline.tell('protection', `restored ${nameOf(path)} from its cache (event 64002)`);
  }

  async function install(paths: readonly string[]): Promise<number> {
    if (ready) return await installAll(paths);
    const names = paths.map(nameOf).join(', ');
    timeline.tell('protection', `Windows File Protection Error ${winError.notReady} with file ${names}`, {
      win32: winError.notReady,
    });
    return winError.notReady;
  }

  return {
    forInstaller: { isProtected, install },
    port: {
      readiness: async () =>
        ready
          ? { ready: true }
          : {
              ready: false,
              reason: 'file protection is not initialised',
              evidence: { win32: winError.notReady },
            },
      isProtected,
      async install(paths) {
        const error = await install(paths);
        if (error !== winError.success) throw systemError(error, 'File protection installed nothing');
      },
      watch(changed) {
        watchers.add(changed);
        return () => watchers.delete(changed);
      },
    },
    begin: (afterMs, scanned) => void initialise(afterMs, scanned),
    changed(path) {
      // What happens before it is initialised is found by the next scan, or never.
      if (ready && list.has(path.toLowerCase())) void restore(path);
    },
  };
}

/** Files of a host, every change of which is told to the protection. */
export function watched(files: HostFiles, changed: (path: string) => void): HostFiles {
  const told =
    (change: (from: string, to: string) => Promise<void>) =>
    async (from: string, to: string): Promise<void> => {
      await change(from, to);
      changed(from);
      changed(to);
    };
  return {
    ...files,
    move: told(files.move),
    rename: told(files.rename),
    async remove(path) {
      await files.remove(path);
      changed(path);
    },
  };
}
