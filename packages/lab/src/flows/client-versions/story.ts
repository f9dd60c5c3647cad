/** A client becomes the version that its site orders, or comes back from a sick one, cut off anywhere. */
import { usualTrialSeconds, type VersionOrder } from '@holdfast/contract';
import type { CrashStory } from '../../crash/story.ts';
import type { Volume } from '../../disk/volume.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import { filesBelow, layFile, treeProblems } from '../../machine/lay.ts';
import { makeFolders } from '../../machine/machine.ts';
import type { Program } from '../../machine/processes.ts';
import { ed25519Key } from '../../site/keys.ts';
import type { SimulatedSite } from '../../site/site.ts';
import { worldStart } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { managedRoot, siteHost, stateFolder } from '../client-service.ts';
import { simulatedRelease } from '../client-setup/release.ts';
import { clientStory } from '../client-world.ts';
import { layOut } from '../installed-client/world.ts';
import { leftovers } from '../leftovers.ts';
import { drawnOffer } from '../offers.ts';
import type { ClientOutside, Plot, Scene } from '../plot.ts';
import { newTool, toolInstaller } from '../tool.ts';
import { type Behaviour, healthy, sickBehaviours } from './behaviours.ts';
import { currentOn, damageOn, endProblems, floorProblems, type Releases, returnProblems } from './disk.ts';
import { type LauncherCode, launchedService } from './launcher.ts';
import { toldOf, versionSite } from './site.ts';

/** Milliseconds: three starts with a trial's whole time in which a site answers, and the ways between them. */
const patienceMs = 40 * 60_000;

const programs = new Map<string, Program>([['install-tool', toolInstaller()]]);
const [seedVersion, lastVersion, newVersion] = ['1.0.0', '1.1.0', '1.2.0'];

export type VersionStoryOptions = {
  /** What the new version does. */
  readonly behaviour: Behaviour;
  /** Whether the client has become another version before. */
  readonly hasUpgraded: boolean;
  /** An order that has come to its end is withdrawn. */
  readonly withdraws: boolean;
  /** The new version is on trial until the machine has started anew. */
  readonly needsRestart?: boolean;
  readonly code?: Partial<LauncherCode>;
};

/** What is common to all moments of one story. */
type Story = VersionStoryOptions & {
  readonly releases: Releases;
  readonly order: VersionOrder;
  /** As it is named on the disk, and its number. */
  readonly previous: { readonly name: string; readonly version: string };
};

function releasesOf(random: Random, needsRestart = false): Releases {
  const key = ed25519Key(random.stream('release key'));
  const made = (version: string) =>
    simulatedRelease(random, version, 'tar.gz', { key, asVersion: { floor: version }, needsRestart });
  return {
    seed: made(seedVersion),
    versions: new Map([lastVersion, newVersion].map((version) => [version, made(version)])),
  };
}

function layVersions({ releases, hasUpgraded }: Story, disk: Volume): void {
  layOut(disk, releases.seed);
  const settings = { site: `https://${siteHost}`, root: managedRoot };
  layFile(disk, `${stateFolder}/settings.json`, Buffer.from(JSON.stringify(settings)));
  if (!hasUpgraded) return;
  for (const [path, bytes] of releases.versions.get(lastVersion)?.archive?.tree ?? [])
    layFile(disk, `${stateFolder}/versions/${lastVersion}/${path}`, bytes);
  layFile(disk, `${stateFolder}/current`, Buffer.from(`${lastVersion}\n`));
}

function plotOf(random: Random, site: SimulatedSite, given: VersionStoryOptions): Plot {
  const releases = releasesOf(random.stream('releases'), given.needsRestart);
  const upgradeId = uuidFrom(random);
  const order = {
    upgradeId,
    action: 'upgrade',
    version: newVersion,
    notBefore: worldStart,
    spreadSeconds: random.integer(60),
    trialSeconds: usualTrialSeconds,
  } as const;
  const previous = given.hasUpgraded
    ? { name: lastVersion, version: lastVersion }
    : { name: 'seed', version: seedVersion };
  const story: Story = { ...given, releases, order, previous };
  const proof = newTool(random, site, { 'proof.txt': 60 }).assignment;
  const { seed, versions } = releases;
  const made = versionSite(site, {
    releases: [seed, ...versions.values()],
    proofOf: () => ({
      deploymentId: proof.deploymentId,
      deploy: () => site.deploy(proof),
      withdraw: () => site.withdraw(proof.deploymentId),
    }),
    withdraws: given.withdraws,
  });
  const offers = Array.from({ length: 3 }, (_, index) => drawnOffer(random, index));
  let identity: ReadonlyMap<string, Buffer> = new Map();
  return {
    programs,
    server: made.server,
    patienceMs,
    // Every start of a version that spoils its journal begins one more, and so does the way back.
    mostStreams: isSpoiler(given.behaviour) ? 5 : 1,
    service: (options) => serviceOf(story, options),
    before(at, disk) {
      layVersions(story, disk);
      made.orders.length = 0;
      for (const offer of offers) at.deploy(offer);
    },
    isReady: ({ client }) =>
      client?.status().outbox === 0 && client.status().deployments.length === offers.length,
    begin(_, disk) {
      identity = filesBelow(disk, `${stateFolder}/keys`);
      made.orders.push(order);
    },
    isReached: (scene) => hasEnded(story, scene),
    problems: (disk, messages) => [
      ...tellingProblems(story, messages),
      ...diskProblems(story, disk),
      ...treeProblems(filesBelow(disk, `${stateFolder}/keys`), identity).map((one) => `keys: ${one}`),
    ],
  };
}

const isSpoiler = ({ removes, spoils, renews }: Behaviour) => (removes ?? spoils ?? renews) !== undefined;

function serviceOf(story: Story, options: Parameters<NonNullable<Plot['service']>>[0]) {
  const { releases, behaviour, code } = story;
  const { machine, problem } = options;
  const { volume } = machine;
  return launchedService({
    ...options,
    releaseKey: releases.seed.releaseKey,
    seedVersion,
    behaviourOf: (version) => (version === newVersion ? behaviour : healthy),
    damageOf: (name) => damageOn(volume, releases, name),
    comesBack: () => returnProblems(volume, releases).forEach(problem),
    started: (version) => floorProblems(volume, version).forEach(problem),
    ...(code ? { code } : {}),
  });
}

const isHealthy = ({ behaviour }: Story) => behaviour === healthy;
const endName = (story: Story) => (isHealthy(story) ? 'version-blessed' : 'version-reverted');
const endVersion = (story: Story) => (isHealthy(story) ? newVersion : story.previous.version);

/** Reached once the site knows how it ended, and the version that is to run does. */
function hasEnded(story: Story, { client, messages }: Scene): boolean {
  const status = client?.status();
  return (
    status?.version === endVersion(story) &&
    status.outbox === 0 &&
    status.deployments.length > 0 &&
    toldOf(messages, endName(story), story.order).length > 0
  );
}

function tellingProblems(story: Story, messages: Scene['messages']): readonly string[] {
  const name = endName(story);
  const told = toldOf(messages, name, story.order).length;
  return told === 1 ? [] : [`the site was told ${name} ${told} times`];
}

function diskProblems(story: Story, disk: Volume): readonly string[] {
  const { previous, releases } = story;
  const before = previous.name === 'seed' ? [] : [previous.name];
  const wanted = isHealthy(story)
    ? { current: newVersion, kept: [...before, newVersion], floor: newVersion }
    : { current: previous.name, kept: before, floor: undefined };
  const temporary = isSpoiler(story.behaviour) ? /\.(new|part)$/ : undefined;
  return [
    ...(currentOn(disk) === wanted.current ? [] : [`${currentOn(disk)} is current`]),
    ...endProblems(disk, releases, wanted),
    ...leftovers(makeFolders(disk, stateFolder), stateFolder, temporary),
  ];
}

/** @param change what is not drawn */
export function versionStory(
  kind: 'upgrade' | 'revert',
  seed: number,
  change: Partial<VersionStoryOptions> = {},
): Promise<CrashStory<ClientOutside>> {
  return clientStory(seed, (random, site) => {
    const sick = sickBehaviours[seed % sickBehaviours.length] ?? healthy;
    return plotOf(random, site, {
      behaviour: kind === 'upgrade' ? healthy : sick,
      hasUpgraded: random.chance(1, 2),
      withdraws: random.chance(1, 2),
      ...change,
    });
  });
}
