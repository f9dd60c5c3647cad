/** The versions of an explored client: what its site orders, how each of them behaves, and what is known of their trials. */

import type { Trial } from '@holdfast/client/versions';
import { compareVersions, usualTrialSeconds, type VersionOrder } from '@holdfast/contract';
import { type SimulatedRelease, simulatedRelease } from '../../flows/client-setup/release.ts';
import { type Behaviour, healthy, sickBehaviours } from '../../flows/client-versions/behaviours.ts';
import { type VersionSite, versionSite } from '../../flows/client-versions/site.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import type { Draft, EventOf } from '../events.ts';
import { type Software, softwareOf } from '../software.ts';

export type Versions = {
  /** Those that were released, by number; the seed among them. */
  readonly releases: Map<string, SimulatedRelease>;
  readonly behaviours: Map<string, Behaviour>;
  readonly site: VersionSite;
  readonly random: Random;
  /** By id of the upgrade. */
  readonly trials: Map<string, Tried>;
};

/** What really happened in a trial. */
export type Tried = {
  readonly version: string;
  /** Starts that did not end in good order so far, the one that runs among them. */
  starts: number;
};

/** What is deployed to the explored machine, by item, and by `item.version`. */
export type Deployed = { readonly deployed: Map<number, Software>; readonly every: Map<string, Software> };

/** Items from here on are what versions on trial carry out. */
const firstProof = 100;

const proofDraft: Draft = {
  intent: 'install',
  purpose: 'required',
  availableInMs: null,
  deadlineInMs: null,
  gates: [],
  registered: false,
  hasRepair: false,
  runSeconds: 1,
  maxRunMinutes: 1,
  outcomes: [],
};

/** As an event names a version: 0 is the seed. */
export const versionNumber = (index: number): string => `1.${index}.0`;

/** @param now the clock of the site */
export function newVersions(
  site: SimulatedSite,
  seed: SimulatedRelease,
  random: Random,
  { deployed, every }: Deployed,
  now: () => number,
): Versions {
  const proofOf = ({ upgradeId }: VersionOrder) => {
    const item = firstProof + made.site.orders.findIndex((one) => one.upgradeId === upgradeId);
    const software = softwareOf({ at: 0, kind: 'deploy', item, version: 0, draft: proofDraft }, now());
    const { deploymentId } = software.assignment;
    return {
      deploymentId,
      deploy() {
        if (deployed.has(item)) return;
        for (const file of software.files) site.addContent(file.bytes);
        deployed.set(item, software);
        every.set(`${item}.0`, software);
        site.deploy(software.assignment);
      },
      withdraw() {
        deployed.delete(item);
        site.withdraw(deploymentId);
      },
    };
  };
  const made: Versions = {
    releases: new Map([[seed.version, seed]]),
    behaviours: new Map(),
    site: versionSite(site, { releases: [seed], proofOf, withdraws: false }),
    random,
    trials: new Map(),
  };
  return made;
}

/** The release that an event names; made when it is first named. Undefined where it may be no way back. */
export function order(
  versions: Versions,
  event: EventOf<'client-upgrade'> | EventOf<'client-rollback'>,
  now: number,
): VersionOrder | undefined {
  const version = versionNumber(event.version);
  if (event.kind === 'client-upgrade') release(versions, version, event);
  else if (!versions.releases.has(version)) return undefined;
  const ordered: VersionOrder = {
    upgradeId: uuidFrom(versions.random),
    action: event.kind === 'client-upgrade' ? 'upgrade' : 'rollback',
    version,
    notBefore: now,
    spreadSeconds: 30,
    trialSeconds: usualTrialSeconds,
  };
  versions.site.orders.push(ordered);
  return ordered;
}

function release(
  { releases, behaviours, site, random }: Versions,
  version: string,
  { behaviour, raisesFloor }: EventOf<'client-upgrade'>,
): void {
  if (releases.has(version)) return;
  const [seed] = releases.values();
  if (!seed) throw new Error('A client has its seed.');
  const { key } = seed;
  const floor = raisesFloor ? version : seed.version;
  // What belongs to a version follows from its number and the seed's own chance, whenever it is named.
  const made = simulatedRelease(random.stream(version), version, 'tar.gz', { key, asVersion: { floor } });
  releases.set(version, made);
  behaviours.set(version, sickBehaviours.find(({ name }) => name === behaviour) ?? healthy);
  site.setup.earlier.push(made);
}

export const behaviourOf = ({ behaviours }: Versions, version: string): Behaviour =>
  behaviours.get(version) ?? healthy;

export const isLowerThan = (one: string, other: string): boolean => (compareVersions(one, other, 3) ?? 0) < 0;

/** A start of a version on trial. Answers how many there were that did not end in good order. */
export function countTrial({ trials }: Versions, { upgradeId, version }: Trial): Tried {
  const tried = trials.get(upgradeId) ?? { version, starts: 0 };
  trials.set(upgradeId, tried);
  tried.starts += 1;
  return tried;
}
