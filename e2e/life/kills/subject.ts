/** What is killed: the real bootstrap on the client's own Node, setting a client up out of a small release of a real site. */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keyFingerprint } from '@holdfast/contract';
import { bundleProgram } from '../../../scripts/bundle.ts';
import { missingOnThisMachine } from '../../support/needs.ts';
import { startTestSite, type TestSite } from '../../support/site.ts';
import { type Aim, pathsIn, type Target, targetsIn } from './aim.ts';
import { damage, faultsOf } from './client-tree.ts';
import { debianMissing } from './debian.ts';
import { debianGround, folderGround, type Ground } from './grounds.ts';
import type { AtStart } from './run-service.ts';
import { type SmallRelease, smallRelease } from './small-release.ts';
import { type Kill, traced } from './traced.ts';
import { openUpgradeSubject, type UpgradeFlow, upgradeFlows, upgradeTargets } from './upgrade-subject.ts';

/** Milliseconds in which a set-up that was killed must have come to its end. */
const recoveryLimit = 60_000;

/** By .tar.gz in a folder of its own, and by .deb with a real dpkg in a Debian of its own; new, and over a damaged client. */
export const setupFlows = ['install', 'repair', 'deb', 'deb-repair'] as const;
type SetupFlow = (typeof setupFlows)[number];
/** And as an installed client becomes another version of itself. */
export const flows = [...setupFlows, ...upgradeFlows] as const;
export type Flow = (typeof flows)[number];

const isDebian = (flow: Flow) => flow.startsWith('deb') || isUpgrade(flow);
const isUpgrade = (flow: Flow): flow is UpgradeFlow => upgradeFlows.some((one) => one === flow);
/** What a flow begins with: a client that is there and damaged, or nothing. */
export const isRepair = (flow: Flow): boolean => flow.endsWith('repair');

/** Why a flow cannot be had on this machine; false where it can. For the `skip` option of a test. */
export function missingFor(flow: Flow): string | false {
  return missingOnThisMachine('strace') || (isDebian(flow) && debianMissing());
}

export type Subject = {
  /** Makes a place to work on, anew. @param name one plain name */
  prepare(flow: Flow, name: string): Promise<string>;
  /** Runs the bootstrap under strace; answers what strace wrote. @param aim call at which it, or its child, is killed */
  trace(flow: Flow, place: string, aim?: Aim & Pick<Kill, 'dies'> & AtStart): Promise<string>;
  /** The calls of a trace that are aimed at in this flow. */
  targets(flow: Flow, trace: string, place: string): readonly Target[];
  /** Runs it again as it is; resolves with milliseconds when it ended well. @throws what it said otherwise */
  recover(flow: Flow, place: string): Promise<number>;
  /** What is wrong with the client in a place; empty where all is well. */
  faults(flow: Flow, place: string): Promise<readonly string[]>;
  /** Clients that the site knows. */
  clients(): Promise<number>;
  close(): Promise<void>;
};

/** Both kinds of flows, at one site. @param folder empty */
export async function openSubject(folder: string): Promise<Subject> {
  const small = await smallRelease(join(folder, 'release'));
  const running = await startTestSite({ dataFolder: join(folder, 'site'), pollSeconds: 3600 });
  await addRelease(running, small);
  const setups = await setupSubject(folder, small, running);
  let opened: ReturnType<typeof openUpgradeSubject> | undefined;
  const upgrades = () => {
    opened ??= openUpgradeSubject(join(folder, 'upgrades'), small.find('tar.gz'));
    return opened;
  };
  return {
    prepare: async (flow, name) => {
      if (!isUpgrade(flow)) return await setups.prepare(flow, name);
      const place = setups.fresh(name);
      await (await upgrades()).prepare(flow, place);
      return place;
    },
    trace: async (flow, place, aim) =>
      isUpgrade(flow) ? await (await upgrades()).trace(place, aim) : await setups.trace(flow, place, aim),
    targets: (flow, trace, place) =>
      isUpgrade(flow) ? upgradeTargets(flow, trace, place) : targetsIn(trace, place),
    // A service is started again by its manager.
    recover: async (flow, place) =>
      isUpgrade(flow) ? (await upgrades()).recovered(place) : await setups.recover(flow, place),
    faults: async (flow, place) =>
      isUpgrade(flow) ? (await upgrades()).faults(flow, place) : setups.faults(flow, place),
    clients: async () => {
      const { total } = await running.api.get<{ total: number }>('/clients?limit=1');
      return total + ((await (await opened)?.clients()) ?? 0);
    },
    async close() {
      await (await opened)?.close();
      await running.site.close();
    },
  };
}

async function setupSubject(folder: string, small: SmallRelease, running: TestSite) {
  const program = join(folder, 'program');
  await bundleProgram({
    entries: { setup: 'packages/cli/src/holdfast-setup.ts' },
    output: program,
    target: 'node22',
    external: ['koffi'],
    define: { HOLDFAST_RELEASE_KEY: JSON.stringify(small.releaseKey) },
    sourceMaps: false,
    alone: true,
  });
  const asked = [`/mp:${running.site.managementPointUrl}`, `TOKEN=${running.token}`];
  const grounds = { folder: folderGround(program, asked), debian: debianGround(program, asked) };
  const groundOf = (flow: SetupFlow) => (isDebian(flow) ? grounds.debian : grounds.folder);
  const setUp = async (ground: Ground, place: string) => {
    const { before, after, environment } = ground.line(place);
    const [command, ...words] = before;
    await promisify(execFile)(command, [...words, ...after], { env: environment, timeout: recoveryLimit });
  };
  const fresh = (name: string) => {
    const place = join(folder, 'places', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    return place;
  };
  /** A client that is whole, of which repairs begin with a copy: set up when the first is asked for. */
  const whole = new Map<Ground, Promise<string>>();
  const wholeOf = (ground: Ground) => {
    const made = whole.get(ground) ?? wholeIn(ground);
    whole.set(ground, made);
    return made;
  };
  const wholeIn = async (ground: Ground) => {
    const place = fresh(`whole-${ground.name}`);
    await ground.make(place);
    await setUp(ground, place);
    return place;
  };

  return {
    fresh,
    async prepare(flow: SetupFlow, name: string) {
      const ground = groundOf(flow);
      if (!isRepair(flow)) {
        const place = fresh(name);
        await ground.make(place);
        return place;
      }
      const from = await wholeOf(ground);
      const place = fresh(name);
      cpSync(from, place, { recursive: true, verbatimSymlinks: true });
      damage(ground.install(place));
      return place;
    },
    trace: (flow: SetupFlow, place: string, aim?: Aim & Pick<Kill, 'dies'>) =>
      traced(groundOf(flow).line(place), aim && { ...aim, at: pathsIn(aim, place) }),
    async recover(flow: SetupFlow, place: string) {
      const began = performance.now();
      await setUp(groundOf(flow), place);
      return performance.now() - began;
    },
    faults(flow: SetupFlow, place: string) {
      const ground = groundOf(flow);
      const found = faultsOf({
        install: ground.install(place),
        state: ground.state(place),
        tree: small.tree,
        kept: small.find(ground.kind),
      });
      return [...found, ...ground.faults(place)];
    },
  };
}

async function addRelease({ api }: TestSite, small: SmallRelease): Promise<void> {
  for (const kind of ['tar.gz', 'deb'] as const) await api.upload(small.find(kind).bytes);
  const { release, releaseKey } = small;
  const trust = keyFingerprint(createPublicKey(releaseKey));
  await api.post('/client-releases', { release, releaseKey, trust });
}
