/** A machine is to become a client, and what its site has at hand is built for machines of another kind. */
import { type ClientPackage, mpPaths } from '@holdfast/contract';
import {
  releaseEnvelope,
  type SimulatedRelease,
  simulatedRelease,
} from '../../flows/client-setup/release.ts';
import type { ServerAnswer } from '../../site/network.ts';
import type { Random } from '../../world/random.ts';
import type { Life } from '../field/scenario-of.ts';
import type { Bootstrap } from '../new-client/bootstraps.ts';
import { becomeClient } from '../new-client/life.ts';
import { lying, newClientScene } from '../new-client/scene.ts';
import type { World } from './world.ts';

/** Who manages the machine, given the package that it must not have. */
export type Manager = (other: SimulatedRelease) => Bootstrap;

export async function live(manager: Manager, world: World, random: Random): Promise<Life> {
  let wrongAnswers = 0;
  const scene = newClientScene(random, ({ path }, { stage, release }) => {
    const listed = (...packages: ClientPackage[]) =>
      bytesAnswer(Buffer.from(releaseEnvelope(release.key, '1.0.0', packages)));
    const { how, mendedMs, otherFirst } = world;
    const wrong = (answer: ServerAnswer) => {
      wrongAnswers += 1;
      return answer;
    };
    const bad = how !== 'listed' && stage.clock.elapsed() < mendedMs;
    if (path === mpPaths.clientRelease) {
      if (bad && how === 'only-other') return wrong(listed(other.package));
      if (bad && how === 'mislabelled') return wrong(listed({ ...other.package, architecture: 'x64' }));
      return otherFirst ? listed(other.package, release.package) : listed(release.package, other.package);
    }
    if (!path.startsWith(mpPaths.clientPackages)) return undefined;
    if (bad && how === 'wrong-bytes') return wrong(bytesAnswer(other.bytes));
    return path.endsWith(other.package.sha256) ? bytesAnswer(other.bytes) : undefined;
  });
  const { site, release } = scene;
  // The same version for machines that this one is none of; signed by the same key.
  const other = simulatedRelease(random.stream('other release'), release.version, 'tar.gz', {
    architecture: 'arm64',
    key: release.key,
  });
  return await becomeClient(scene, manager(other), world.how === 'listed' ? 0 : world.mendedMs, () => {
    const installed = lying(scene, other) === 'the release';
    const untold = wrongAnswers > 0 && site.reports.every(({ error }) => error === undefined);
    return [
      ...(installed ? ['the client of another architecture is installed'] : []),
      ...(untold ? ['the site was never told that its package is of no use here'] : []),
    ];
  });
}

function bytesAnswer(bytes: Uint8Array): ServerAnswer {
  return { status: 200, headers: {}, body: [bytes], after: 'end' };
}
