/** One machine whose client is ordered to become another version, by the real launcher's code: what can happen to it meanwhile. */
import { usualTrialSeconds, type VersionOrder } from '@holdfast/contract';
import { managedRoot, siteHost, stateFolder } from '../../flows/client-service.ts';
import { simulatedRelease } from '../../flows/client-setup/release.ts';
import { siteAddress } from '../../flows/client-setup/world.ts';
import { type Behaviour, healthy } from '../../flows/client-versions/behaviours.ts';
import { currentOn, damageOn, type Releases, trialOn } from '../../flows/client-versions/disk.ts';
import { type LauncherCode, launchedService } from '../../flows/client-versions/launcher.ts';
import { hasEnded, toldOf, versionSite } from '../../flows/client-versions/site.ts';
import { layOut } from '../../flows/installed-client/world.ts';
import { messagesOf } from '../../flows/plot.ts';
import { newTool, toolInstaller } from '../../flows/tool.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import { layFile } from '../../machine/lay.ts';
import { type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import { ed25519Key } from '../../site/keys.ts';
import type { NetworkFault } from '../../site/network.ts';
import { simulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { noTrace } from '../../world/trace.ts';
import { newStage, type Stage, until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { minute, second } from '../field/times.ts';

/** The version that the package brought, the one that the client has become before, and the one that it is ordered to take. */
export const [seedVersion, oldVersion, newVersion] = ['1.0.0', '1.1.0', '1.2.0'];

export type UpgradeScene = {
  readonly stage: Stage;
  readonly machine: SimulatedMachine;
  /** Starts of the new version on trial. */
  readonly trials: () => number;
  /** How its upgrade ended, as the site has heard; undefined while it has not. */
  readonly heard: () => 'version-blessed' | 'version-reverted' | 'version-refused' | undefined;
  /** The version that runs; undefined while none does. */
  readonly runs: () => string | undefined;
  readonly isOnTrial: () => boolean;
  order(): void;
  /** The network from now on; undefined: as it should be. */
  network(fault: (() => NetworkFault) | undefined, what: string): void;
  /** The service is stopped, and started again. */
  stop(): void;
  start(): void;
  /** The machine is down for so long. */
  restart(why: string, downMs: number): void;
  passes(ms: number): Promise<void>;
  /** Lets time go on until this holds. @returns whether it came to that in time */
  reaches(what: () => boolean, withinMs: number): Promise<boolean>;
  /** @param problem why it is lost, as a clause; the first that is one counts */
  end(fine: string, problems: readonly (string | undefined)[]): Life;
};

export type SceneOptions = {
  readonly behaviour: Behaviour;
  readonly code?: Partial<LauncherCode>;
};

function releasesOf(random: Random): Releases {
  const key = ed25519Key(random.stream('release key'));
  const made = (version: string) =>
    simulatedRelease(random, version, 'tar.gz', { key, asVersion: { floor: seedVersion } });
  const versions = new Map([oldVersion, newVersion].map((version) => [version, made(version)]));
  return { seed: made(seedVersion), versions };
}

/** A machine that runs the old version beside its seed. */
export async function upgradeScene(random: Random, options: SceneOptions): Promise<UpgradeScene> {
  const stage = newStage();
  const { clock, timeline, trace } = stage;
  const folders = [stateFolder, managedRoot];
  const machine = simulatedMachine(random.stream('machine'), { clock, trace: noTrace, folders });
  const { volume } = machine;
  const site = simulatedSite(random.stream('site'), clock.now);
  const releases = releasesOf(random.stream('releases'));
  const tool = newTool(random.stream('proof'), site, { 'proof.txt': 60 }).assignment;
  machine.programs.programs.set('install-tool', toolInstaller());
  const { deploymentId } = tool;
  const proof = {
    deploymentId,
    deploy: () => site.deploy(tool),
    withdraw: () => site.withdraw(deploymentId),
  };
  const { seed, versions } = releases;
  const made = versionSite(site, {
    releases: [seed, ...versions.values()],
    proofOf: () => proof,
    withdraws: false,
  });
  machine.network.servers.set(siteHost, made.server);
  layOut(volume, seed);
  const settings = { site: siteAddress, root: managedRoot };
  layFile(volume, `${stateFolder}/settings.json`, Buffer.from(JSON.stringify(settings)));
  for (const [path, bytes] of versions.get(oldVersion)?.archive?.tree ?? [])
    layFile(volume, `${stateFolder}/versions/${oldVersion}/${path}`, bytes);
  layFile(volume, `${stateFolder}/current`, Buffer.from(`${oldVersion}\n`));
  const order: VersionOrder = {
    upgradeId: uuidFrom(random),
    action: 'upgrade',
    version: newVersion,
    notBefore: 0,
    spreadSeconds: 10,
    trialSeconds: usualTrialSeconds,
  };
  const problems: string[] = [];
  let [trials, running] = [0, undefined as string | undefined];
  const service = launchedService({
    machine,
    token: site.token,
    log: ({ event, text }) => {
      if (/^version-|client-started/.test(event)) timeline.tell('client', text);
    },
    // A version that is not whole is passed over for the seed, as the launcher does: no problem of its own.
    problem: (text) => {
      if (!/ is to be started, and /.test(text)) problems.push(text);
    },
    releaseKey: seed.releaseKey,
    seedVersion,
    behaviourOf: (version) => (version === newVersion ? options.behaviour : healthy),
    damageOf: (name) => damageOn(volume, releases, name),
    started(version, trial) {
      running = version;
      if (trial) trials += 1;
      timeline.tell(
        'services',
        `version ${version} is started${trial ? `, start ${trial.starts} of its trial` : ''}`,
      );
    },
    ...(options.code ? { code: options.code } : {}),
  });
  const messages = () => messagesOf([...site.clients.values()]);
  const passes = (ms: number) => until(clock, clock.elapsed() + ms);
  const ends = ['version-blessed', 'version-reverted', 'version-refused'] as const;
  const scene: UpgradeScene = {
    stage,
    machine,
    trials: () => trials,
    heard: () =>
      hasEnded(messages(), order)
        ? ends.find((name) => toldOf(messages(), name, order).length > 0)
        : undefined,
    runs: () => running,
    isOnTrial: () => trialOn(volume) !== undefined && currentOn(volume) === newVersion,
    order() {
      timeline.tell('site', `orders version ${newVersion}; it ${options.behaviour.name}`);
      made.orders.push(order);
    },
    network(fault, what) {
      timeline.tell('network', what);
      machine.network.fault = fault ?? (() => undefined);
    },
    stop() {
      timeline.tell('services', 'the service is stopped');
      service.forget();
      machine.kill();
      running = undefined;
    },
    start: () => service.start(),
    restart(why, downMs) {
      timeline.tell('power', why);
      service.forget();
      running = undefined;
      machine.powerCut({ names: 'kept', contents: 'kept' });
      clock.schedule(downMs, () => service.start());
    },
    passes,
    async reaches(what, withinMs) {
      await clock.run(what, withinMs);
      return what();
    },
    end(fine, found) {
      machine.kill();
      trace.add(machine.callCount());
      const [problem] = [...found, ...problems, ...site.violations].filter((one) => one !== undefined);
      return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
    },
  };
  service.start();
  await passes(2 * minute + second);
  return scene;
}

/** What is not as it should be once an upgrade has ended, as clauses. */
export function notEnded(
  scene: UpgradeScene,
  { isHealthy }: { readonly isHealthy: boolean },
): readonly (string | undefined)[] {
  const wanted = isHealthy ? 'version-blessed' : 'version-reverted';
  const version = isHealthy ? newVersion : oldVersion;
  const [heard, runs] = [scene.heard(), scene.runs()];
  return [
    runs === version ? undefined : `version ${runs} runs, and not ${version}`,
    scene.isOnTrial() ? 'the trial has not come to its end' : undefined,
    heard === wanted ? undefined : `the site has heard ${heard}, and not ${wanted}`,
    scene.trials() <= 3 ? undefined : `the version was started ${scene.trials()} times on trial`,
  ];
}
