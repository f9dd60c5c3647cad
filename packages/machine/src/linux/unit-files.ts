/** Files of units: restored where the package puts them, with nothing of another place standing before them. */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { diskError } from '../shared/disk-errors.ts';
import { errorCodeOf } from '../shared/error-code.ts';

export type UnitFolders = {
  /** Where packages put units: the first that is there. */
  readonly packaged: readonly string[];
  /** Those that go before it, the first first; in the first of them a unit is kept where the package's cannot be written. */
  readonly before: readonly [string, ...string[]];
};

/** Source: systemd.unit(5), "Unit File Load Path". `systemctl edit` and `mask` write into the first. */
const systemFolders: UnitFolders = {
  packaged: ['/usr/lib/systemd/system', '/lib/systemd/system'],
  before: ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system'],
};

/** Behind the name of what was taken out of the way: systemd reads no file of this kind, and nobody's text is lost. */
const asideSuffix = '.replaced-by-holdfast';

export type UnitFiles = {
  /** Whether any folder has something of this name. */
  has(unit: string): Promise<boolean>;
  /** Has the unit's file lie in its place with this text, durable. */
  restore(unit: string, text: string): Promise<void>;
  /** Takes masks away, and puts aside what stands before the package's file with another text. */
  unshadow(unit: string, text?: string): Promise<void>;
  putAside(path: string): Promise<void>;
  /** Removes the unit's file wherever it lies. */
  remove(unit: string): Promise<void>;
};

export function openUnitFiles(folders: UnitFolders = systemFolders): UnitFiles {
  const [own] = folders.before;
  const everywhere = [...folders.before, ...folders.packaged];

  const packaged = async (): Promise<string> => {
    for (const folder of folders.packaged) {
      if (await isFolder(folder)) return await realpath(folder);
    }
    return own;
  };

  const putAside = async (path: string) => {
    await touching(path, async () => {
      await rm(`${path}${asideSuffix}`, { recursive: true, force: true });
      await rename(path, `${path}${asideSuffix}`);
    });
  };

  return {
    putAside,
    async has(unit) {
      for (const folder of everywhere) if (await kindOf(join(folder, unit))) return true;
      return false;
    },
    async restore(unit, text) {
      for (const folder of new Set([await packaged(), own])) {
        const path = join(folder, unit);
        if ((await unitText(path)) === text) return;
        try {
          if ((await kindOf(path)) === 'other') await putAside(path);
          await touching(path, () => replaceText(path, text));
          return;
        } catch (thrown) {
          // Systems that are delivered as an image have a /usr that nobody writes to.
          const readOnly = thrown instanceof HoldfastError && thrown.code === 'disk.read-only';
          if (!readOnly || folder === own) throw thrown;
        }
      }
    },
    async unshadow(unit, text) {
      for (const folder of folders.before) {
        const path = join(folder, unit);
        const kind = await kindOf(path);
        if (kind === undefined || (text !== undefined && (await unitText(path)) === text)) continue;
        if (await isMask(path)) await touching(path, () => rm(path, { force: true }));
        else await putAside(path);
      }
    },
    async remove(unit) {
      for (const folder of everywhere) {
        const path = join(folder, unit);
        await touching(path, () => rm(path, { force: true }));
      }
    },
  };
}

/** Text of a unit's file; undefined where there is none that could be read. */
export async function unitText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

async function kindOf(path: string): Promise<'file' | 'other' | undefined> {
  try {
    return (await lstat(path)).isFile() ? 'file' : 'other';
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCodeOf(thrown))) return undefined;
    throw diskError(thrown, `look at ${path}`);
  }
}

/** An empty file and a link to /dev/null say that there is to be no such unit. */
async function isMask(path: string): Promise<boolean> {
  const seen = await stat(path).catch(() => undefined);
  return seen !== undefined && (seen.isCharacterDevice() || (seen.isFile() && seen.size === 0));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function replaceText(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await rm(fresh, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const file = await open(fresh, O_WRONLY | O_CREAT | O_EXCL, 0o644);
  try {
    // What is allowed must not depend on the mask of whoever calls.
    await file.chmod(0o644);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function touching(path: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    throw diskError(thrown, `change ${path}`);
  }
}
