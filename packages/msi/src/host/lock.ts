/**
 * One installer at a time works in a root. The lock is one token: a file whose name says who holds it. It is taken by
 * renaming it, and of those who rename a name that is always new only one succeeds; so a holder that ended without
 * giving it back is in nobody's way, and whoever takes it over cannot take it from another who was quicker.
 */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { removeTree, withOpen } from '@holdfast/engine';
import type { Disk, Entropy, Folder, ProcessIdentity } from '@holdfast/ports';

/** The process that installs, and how it is asked whether another one still runs. */
export type Installer = {
  readonly identity: ProcessIdentity;
  alive(identity: ProcessIdentity): Promise<boolean>;
};

export type HostLock = { release(): Promise<void> };

const lockFolder = 'installer.lock';
const free = 'free';
/** Times that another one may be quicker. */
const attempts = 20;

/** A holder as a name: hexadecimal, for disks that do not tell A from a. A token has it once only. */
function nameOf({ pid, started, bootId }: ProcessIdentity, token: string): string {
  return `${pid}-${Buffer.from(started).toString('hex')}-${Buffer.from(bootId).toString('hex')}-${token}`;
}

/** Undefined for a name that no holder has. */
function holderOf(name: string): ProcessIdentity | undefined {
  const [, pid, started, bootId] = /^(\d{1,10})-([0-9a-f]*)-([0-9a-f]*)-[0-9a-f]+$/.exec(name) ?? [];
  if (pid === undefined || started === undefined || bootId === undefined) return undefined;
  const text = (digits: string): string => Buffer.from(digits, 'hex').toString();
  return { pid: Number(pid), started: text(started), bootId: text(bootId) };
}

/** Puts the token there, in its folder and free: one rename, which fails where another one did it. */
async function putToken(root: Folder, token: string): Promise<void> {
  const fresh = `${lockFolder}-${token}`;
  await withOpen(root.folder(fresh, { create: true }), async (folder) => {
    await (await folder.create(free)).close();
  });
  try {
    await root.rename(fresh, { name: lockFolder });
  } catch (thrown) {
    await removeTree(root, fresh);
    // Windows and Linux refuse with different codes; it counts whether another one's is there.
    if (!(await root.entry(lockFolder))) throw thrown;
  }
}

/** Renames the token; false where another one was quicker. */
async function taken(folder: Folder, from: string, to: string): Promise<boolean> {
  try {
    await folder.rename(from, { name: to });
    return true;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) return false;
    throw thrown;
  }
}

async function tryToTake(folder: Folder, own: string, installer: Installer): Promise<boolean> {
  const names = await folder.names();
  if (names.length === 0) return false;
  for (const name of names) {
    const holder = holderOf(name);
    if (holder === undefined || !(await installer.alive(holder))) continue;
    throw new HoldfastError('installer.running', `Process ${holder.pid} installs in this root.`, {
      details: { pid: holder.pid },
    });
  }
  const token = names.find((name) => name === free || holderOf(name) !== undefined);
  return token !== undefined && (await taken(folder, token, own));
}

/**
 * @param path absolute path of the root
 * @throws HoldfastError `installer.running` where another installer works in it, `disk.*`
 */
export async function lockRoot(
  disk: Pick<Disk, 'open'>,
  path: string,
  installer: Installer,
  entropy: Pick<Entropy, 'bytes'>,
): Promise<HostLock> {
  const newToken = (): string => Buffer.from(entropy.bytes(8)).toString('hex');
  return await withOpen(disk.open(path), async (root) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const own = nameOf(installer.identity, newToken());
      if (await took(root, own, installer)) return { release: () => giveBack(disk, path, own) };
      // There is no token: nobody installed here yet, or a power cut left the folder without it.
      await removeEmpty(root);
      if (!(await root.entry(lockFolder))) await putToken(root, newToken());
    }
    throw new HoldfastError('installer.running', 'Other installers take this root again and again.');
  });
}

async function took(root: Folder, own: string, installer: Installer): Promise<boolean> {
  try {
    return await withOpen(root.folder(lockFolder), (folder) => tryToTake(folder, own, installer));
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) return false;
    throw thrown;
  }
}

async function removeEmpty(root: Folder): Promise<void> {
  try {
    await root.removeFolder(lockFolder);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.exists', 'disk.not-found')) throw thrown;
  }
}

async function giveBack(disk: Pick<Disk, 'open'>, path: string, own: string): Promise<void> {
  await withOpen(disk.open(path), async (root) => {
    await withOpen(root.folder(lockFolder), async (folder) => void (await taken(folder, own, free)));
  });
}
