/** Phase `components`: everything looked at and mended, the service and its second starter at work. */
import { HoldfastError } from '@holdfast/contract';
import { removeTree } from '@holdfast/engine';
import type { StarterName, Starters } from '@holdfast/ports';
import { repairComponents } from '../components/repair.ts';
import { firstTrouble } from '../components/trouble.ts';
import { verifyComponents } from '../components/verify.ts';
import { removeOldTrees } from '../installer/tree.ts';
import { installationIn } from './installation.ts';
import { ended, type Phase, type SetUp } from './set-up.ts';
import { enableUnits } from './units.ts';

export const settleComponents: Phase = async (setUp) => {
  const { host } = setUp;
  const installation = installationIn(setUp, host.places.install);
  const found = firstTrouble(await verifyComponents(installation));
  if (found !== undefined) {
    host.log(`to be mended: ${found}`);
    await repairComponents(installation);
    const left = firstTrouble(await verifyComponents(installation));
    if (left !== undefined) throw new HoldfastError('component.damaged', `It could not be mended: ${left}.`);
  }
  if (host.ports.starters) await startEverything(host.ports.starters);
  else await enableUnits(setUp);
  await tidy(setUp);
  return ended;
};

async function startEverything(starters: Starters): Promise<void> {
  for (const name of ['service', 'second'] as const) {
    const before = await starters.look(name);
    if (!before.present || !before.asDefined || !before.enabled) await starters.define(name);
    if (!before.active) await starters.start(name);
    await mustBeWell(starters, name);
  }
}

async function mustBeWell(starters: Starters, name: StarterName): Promise<void> {
  const { present, asDefined, enabled, active, reason } = await starters.look(name);
  if (present && asDefined && enabled && active) return;
  throw new HoldfastError('system.not-ready', `The ${name} starter is not as it should be: ${reason}`);
}

/** Nothing is left that only the set-up needed. The bootstrap's own copy goes with the hook that starts it. */
async function tidy({ host, folder }: SetUp): Promise<void> {
  await removeTree(folder, 'download');
  await folder.sync();
  await removeOldTrees(host.ports.disk, host.places.install);
}
