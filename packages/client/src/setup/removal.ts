/** Uninstalling: service, second starter, package, and all of the state that is not asked to be kept. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { carryOut, removeTree, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { packageName } from '../installer/lines.ts';
import { removeOldTrees } from '../installer/tree.ts';
import { splitLast } from '../paths.ts';
import { settingsName } from '../settings.ts';
import type { SetupHost } from './host.ts';
import { installedVersion, keptPackage, packageFolder } from './installed.ts';
import { removeCommand } from './installers.ts';
import { setupFolder } from './places.ts';
import type { KeepWord } from './request.ts';
import { ended, type Phase, type SetUp } from './set-up.ts';
import { dropUntold } from './untold.ts';

/** Entries of the state folder behind each word. */
const kept: Readonly<Record<KeepWord, readonly string[]>> = {
  identity: ['keys', 'client.journal', settingsName],
  cache: ['cache'],
  logs: ['logs', 'work'],
};

const longestRunMs = 30 * 60_000;

/** Phase `components` of an uninstall. */
export const stopEverything: Phase = async ({ host }) => {
  const { starters } = host.ports;
  // The second one first: it would start the service again.
  for (const name of ['second', 'service'] as const) {
    await starters?.stop(name);
    await starters?.remove(name);
  }
  return ended;
};

/** Phase `install` of an uninstall. */
export const removeEverything: Phase = async (setUp) => {
  const { host, state, progress } = setUp;
  await removePackage(setUp);
  await removeTreeOf(host);
  const left = await installedVersion(host.ports.disk, host.places.install, host.releaseKey);
  if (left !== undefined) throw new HoldfastError('installer.failed', `Version ${left} is still installed.`);
  await removeState(state, progress().request.keep);
  await dropUntold(setUp.folder);
  return ended;
};

/** By the installer that brought it; a client that was laid out as a tree has none. */
async function removePackage(setUp: SetUp): Promise<void> {
  const { host, state, signal } = setUp;
  const { ports } = host;
  const record = await keptPackage(state);
  const kind = (await ports.installers.dpkg(packageName))?.installed ? 'deb' : record?.package.kind;
  if (kind === undefined || kind === 'tar.gz') return;
  const productCode = record?.package.productCode ?? '';
  const isThere = async () => {
    if (kind === 'deb') return (await ports.installers.dpkg(packageName))?.installed === true;
    if (kind === 'msi') return (await ports.installers.msi(productCode))?.installed === true;
    return (await installedVersion(ports.disk, host.places.install, host.releaseKey)) !== undefined;
  };
  if (!(await isThere())) return;
  const detect = async () => ({ present: await isThere(), reason: 'the package is still installed' });
  const nothing = async () => undefined;
  const verdict = await carryOut(
    ports,
    {
      intent: 'uninstall',
      command: removeCommand(setUp, kind, productCode),
      exitCodes: [],
      maxRunMs: longestRunMs,
      gates: [],
      detect,
    },
    // What a crash leaves is found by looking: removing what is half removed is the same work again.
    { starting: nothing, started: nothing, ended: nothing },
    signal,
  );
  if (verdict.kind === 'reached' || verdict.kind === 'restart-needed') return;
  throw new HoldfastError('installer.failed', `The package could not be removed: ${verdict.reason}.`);
}

/** The install folder with whatever is left in it, and what a set-up may have left beside it. */
export async function removeTreeOf({ ports, places }: Pick<SetupHost, 'ports' | 'places'>): Promise<void> {
  const { folder, name } = splitLast(places.install);
  try {
    await withOpen(ports.disk.open(folder), async (parent) => {
      await removeTree(parent, name);
      await parent.sync();
    });
    await removeOldTrees(ports.disk, places.install);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
  }
}

async function removeState(state: Folder, keep: readonly KeepWord[]): Promise<void> {
  const stays = new Set([setupFolder, ...keep.flatMap((word) => kept[word])]);
  // The record of the package says by which installer it goes: until it is gone, that must be known.
  for (const name of await state.names()) {
    if (!stays.has(name) && name !== packageFolder) await removeTree(state, name);
  }
  await removeTree(state, packageFolder);
  await state.sync();
}
