/** Many status messages are brought to a site that takes few at a time, over a network that loses answers. */
import { errorCatalogue } from '@holdfast/contract';
import type { CrashStory } from '../crash/story.ts';
import { makeFolders } from '../machine/machine.ts';
import { overloaded, type ServerAnswer, type SimulatedNetwork } from '../site/network.ts';
import type { Random } from '../world/random.ts';
import { stateFolder } from './client-service.ts';
import { clientStory } from './client-world.ts';
import { leftovers } from './leftovers.ts';
import { drawnOffer } from './offers.ts';
import type { ClientOutside, Plot, Scene } from './plot.ts';

/** Deliveries of one life that the network disturbs at most. */
const mostDisturbed = 4;

function tooLarge(): ServerAnswer {
  const code = 'request.too-large';
  const { status, remedy } = errorCatalogue[code];
  const body = Buffer.from(JSON.stringify({ code, message: 'Too many messages at once.', remedy }), 'utf8');
  return { status, headers: { 'content-type': 'application/json' }, body: [body], after: 'end' };
}

/** The site refuses large batches; of the first few deliveries some do not arrive, and of some the answer is lost. */
function disturb(network: SimulatedNetwork, most: number, random: Random): void {
  let disturbed = 0;
  network.fault = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/status')) return undefined;
    if (body.split('"seq":').length - 1 > most) return tooLarge();
    if (disturbed >= mostDisturbed || random.chance(1, 2)) return undefined;
    disturbed += 1;
    return random.pick(['unreachable', 'answer-lost', 'answer-lost', overloaded(1)] as const);
  };
}

function plotOf(random: Random): Plot {
  const offers = Array.from({ length: 6 + random.integer(12) }, (_, index) => drawnOffer(random, index));
  const most = 2 + random.integer(8);
  const isIdle = ({ client }: Scene) =>
    client?.status().policySerial !== null && client?.status().outbox === 0;
  return {
    programs: new Map(),
    before: () => undefined,
    isReady: isIdle,
    begin(site) {
      for (const offer of offers) site.deploy(offer);
    },
    weather: (network, weather) => disturb(network, most, weather),
    isReached: (scene) => isIdle(scene) && scene.client?.status().deployments.length === offers.length,
    problems: (disk, messages) => [
      ...leftovers(makeFolders(disk, stateFolder), stateFolder),
      ...offers
        .filter((offer) => !messages.some(({ deploymentId }) => deploymentId === offer.deploymentId))
        .map((offer) => `the site was told nothing of ${offer.package.name}`),
    ],
  };
}

export const outboxDelivery = (seed: number): Promise<CrashStory<ClientOutside>> => clientStory(seed, plotOf);
