/** Phase `retire`: today's client is looked at once more, and then the older one goes: service, package, files. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { carryOut, firstClosedGate, removeTree, withOpen } from '@holdfast/engine';
import { firstTrouble } from '../../components/trouble.ts';
import { verifyComponents } from '../../components/verify.ts';
import { packageLine } from '../../installer/lines.ts';
import { splitLast } from '../../paths.ts';
import { installationIn } from '../installation.ts';
import { placesOf } from '../installers.ts';
import { setupGates } from '../prerequisites.ts';
import { ended, type Phase, type SetUp } from '../set-up.ts';
import type { Predecessor } from './known.ts';
import { hasService, isInstalled, predecessorsOf } from './present.ts';

const longestRunMs = 30 * 60_000;

export const retire: Phase = async (setUp) => {
  const { host, keep, progress } = setUp;
  if (progress().succession !== 'verified') {
    const trouble = firstTrouble(await verifyComponents(installationIn(setUp, host.places.install)));
    if (trouble !== undefined)
      throw new HoldfastError('component.damaged', `The client is not whole: ${trouble}.`);
    // From here on there is no way back: half of an older client is none.
    await keep({ succession: 'verified' });
  }
  const gates = setupGates(setUp);
  const closed = await firstClosedGate(gates);
  if (closed) return { kind: 'waits', reason: `${closed.gate}: ${closed.reason}`, gates };
  for (const one of predecessorsOf(setUp)) {
    await remove(setUp, one);
    host.log(`${one.title} is removed`);
  }
  return ended;
};

/** All of it may have happened in an earlier life: each step looks first. */
async function remove(setUp: SetUp, one: Predecessor): Promise<void> {
  const { ports } = setUp.host;
  if (await hasService(ports, one)) await ports.services?.stop(one.service);
  if (await isInstalled(ports, one)) await uninstall(setUp, one);
  for (const path of [one.install, one.state]) await removeFolder(setUp, path);
  if (await hasService(ports, one)) {
    throw new HoldfastError('installer.failed', `The service ${one.service} of ${one.title} is still there.`);
  }
}

async function uninstall({ host, signal }: SetUp, one: Predecessor): Promise<void> {
  const { ports } = host;
  const nothing = async () => undefined;
  const verdict = await carryOut(
    ports,
    {
      intent: 'uninstall',
      command: packageLine(one.package, placesOf({ host })),
      exitCodes: [],
      maxRunMs: longestRunMs,
      gates: [],
      detect: async () => ({
        present: await isInstalled(ports, one),
        reason: `the package of ${one.title} is still installed`,
      }),
    },
    // What a crash leaves is found by looking: removing what is half removed is the same work again.
    { starting: nothing, started: nothing, ended: nothing },
    signal,
  );
  if (verdict.kind === 'reached' || verdict.kind === 'restart-needed') return;
  throw new HoldfastError('installer.failed', `${one.title} could not be removed: ${verdict.reason}.`);
}

async function removeFolder({ host }: SetUp, path: string): Promise<void> {
  const { folder, name } = splitLast(path);
  try {
    await withOpen(host.ports.disk.open(folder), async (parent) => {
      await removeTree(parent, name);
      await parent.sync();
    });
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
  }
}
