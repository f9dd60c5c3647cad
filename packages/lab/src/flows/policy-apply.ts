/** A client takes a new policy over an old one: some offers stay, some change, some go, some come. */
import type { Assignment } from '@holdfast/contract';
import type { CrashStory } from '../crash/story.ts';
import { makeFolders } from '../machine/machine.ts';
import type { Random } from '../world/random.ts';
import { stateFolder } from './client-service.ts';
import { clientStory } from './client-world.ts';
import { leftovers } from './leftovers.ts';
import { drawnOffer, newerOffer } from './offers.ts';
import type { ClientOutside, Plot, Scene } from './plot.ts';

/** Serial numbers of the two policies. */
const [oldSerial, newSerial] = [1, 2];

type Policies = { readonly old: readonly Assignment[]; readonly new: readonly Assignment[] };

function draw(random: Random): Policies {
  const old = Array.from({ length: 1 + random.integer(5) }, (_, index) => drawnOffer(random, index));
  const kept = old.filter(() => random.chance(2, 3));
  const changed = kept.map((offer) => (random.chance(1, 2) ? newerOffer(offer, random) : offer));
  const added = Array.from({ length: 1 + random.integer(4) }, (_, index) => drawnOffer(random, 10 + index));
  return { old, new: [...changed, ...added] };
}

const listed = (policy: readonly Assignment[]) =>
  policy.map((one) => `${one.deploymentId} ${one.package.name} ${one.package.version}`).sort();

/** What the client has is one of the two policies, whole; and the new one once the site was told so. */
function opened(policies: Policies, { client, messages }: Scene): readonly string[] {
  const { policySerial, deployments } = client?.status() ?? { policySerial: null, deployments: [] };
  const told = messages.some(({ details }) => details.serial === newSerial);
  if (policySerial !== newSerial && (told || policySerial !== oldSerial)) {
    return [
      `the client has policy ${policySerial}${told ? `, and told the site that it has ${newSerial}` : ''}`,
    ];
  }
  const has = deployments.map(({ deploymentId, package: title }) => `${deploymentId} ${title}`).sort();
  const right = listed(policySerial === newSerial ? policies.new : policies.old);
  if (JSON.stringify(has) === JSON.stringify(right)) return [];
  return [`policy ${policySerial} is between old and new: ${JSON.stringify(has)}`];
}

function plotOf(random: Random): Plot {
  const policies = draw(random);
  const at = (serial: number) => (scene: Scene) =>
    scene.client?.status().policySerial === serial && scene.client.status().outbox === 0;
  return {
    programs: new Map(),
    before: (site) => {
      for (const offer of policies.old) site.deploy(offer);
    },
    isReady: at(oldSerial),
    begin(site) {
      for (const { deploymentId } of policies.old) site.withdraw(deploymentId);
      for (const offer of policies.new) site.deploy(offer);
    },
    isReached: at(newSerial),
    opened: (scene) => opened(policies, scene),
    problems: (disk, messages) => [
      ...leftovers(makeFolders(disk, stateFolder), stateFolder),
      ...policies.new
        .filter((offer) => !messages.some(({ deploymentId }) => deploymentId === offer.deploymentId))
        .map((offer) => `the site was told nothing of ${offer.package.name}`),
    ],
  };
}

export const policyApply = (seed: number): Promise<CrashStory<ClientOutside>> => clientStory(seed, plotOf);
