/** Deployments that are only offered: policy and messages without work. */
import type { Assignment } from '@holdfast/contract';
import { uuidFrom } from '../machine/entropy.ts';
import type { Random } from '../world/random.ts';

/** An offer of a program that nobody asks for. */
export function drawnOffer(random: Random, number: number): Assignment {
  return {
    deploymentId: uuidFrom(random),
    intent: 'install',
    purpose: 'available',
    availableAt: null,
    deadlineAt: null,
    package: { id: uuidFrom(random), name: `Offer ${number}`, version: `1.${random.integer(1_000)}` },
    program: {
      id: uuidFrom(random),
      name: `Install ${'x'.repeat(random.integer(80))}`,
      platform: 'linux',
      install: 'install-offer {content} {root}',
      detection: [{ kind: 'file', path: `/offer-${number}/there` }],
      exitCodes: [],
      maxRunMinutes: 10,
    },
    content: [],
  };
}

/** The same deployment with another version of its package. */
export function newerOffer(offer: Assignment, random: Random): Assignment {
  return { ...offer, package: { ...offer.package, version: `2.${random.integer(1_000)}` } };
}
