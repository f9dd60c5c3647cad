/** What is killed while it becomes another version of itself, or comes back from one: an installed client under its manager. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientUpgradeDetail, CollectionSummary, Page, UpgradeMember } from '@holdfast/contract';
import { readReleaseKey } from '../../../scripts/client/release-key.ts';
import { layOut } from '../../../scripts/client/tree.ts';
import { startTestSite } from '../../support/site.ts';
import { offerVersion } from '../../support/versions.ts';
import { sickCode, sickReleases } from '../sick/releases.ts';
import { type Aim, pathsIn, type Target, targetsIn } from './aim.ts';
import { filesBelow } from './client-tree.ts';
import { type AtStart, nextStart, runService } from './run-service.ts';
import { serviceGround, stateOf } from './service-ground.ts';
import type { SmallPackage } from './small-release.ts';

/** To a version that is well; from one that is sick back to the one before it; to a lower one that is ordered. */
export const upgradeFlows = ['upgrade', 'revert', 'rollback'] as const;
export type UpgradeFlow = (typeof upgradeFlows)[number];

const target = { platform: 'linux', architecture: 'x64' } as const;
const installedVersion = '0.5.0';
/** What makes a version sick, before its main: it loses the identity and the journal, and is seen to by its guard. */
const sick = sickReleases.find(({ name }) => name === 'wipes its state');

type Course = {
  readonly action: 'upgrade' | 'rollback';
  readonly version: string;
  readonly ends: UpgradeMember['state'];
};

const courses: Readonly<Record<UpgradeFlow, Course>> = {
  upgrade: { action: 'upgrade', version: '0.6.0', ends: 'blessed' },
  revert: { action: 'upgrade', version: '0.7.0', ends: 'failed' },
  rollback: { action: 'rollback', version: '0.4.0', ends: 'blessed' },
};

export type UpgradeSubject = {
  prepare(flow: UpgradeFlow, place: string): Promise<void>;
  /** Runs the client until its upgrade is over; answers what strace wrote. @param aim where it is killed */
  trace(place: string, aim?: Aim & AtStart): Promise<string>;
  /** Milliseconds from the kill to the end. */
  recovered(place: string): number;
  faults(flow: UpgradeFlow, place: string): readonly string[];
  clients(): Promise<number>;
  close(): Promise<void>;
};

/** Until the switch all flows do the same, and are killed there in one of them. */
export function upgradeTargets(flow: UpgradeFlow, trace: string, place: string): readonly Target[] {
  const all = trace.split(nextStart).flatMap((one, index) => targetsIn(one, place, index + 1));
  if (flow === 'upgrade') return all;
  return all.slice(all.findIndex(({ what }) => what.includes('"folder/current.new"')));
}

type Place = { readonly keys: string; readonly orderId: string; tookMs: number };

/** With a site of its own, which trusts another key. @param small a package that the releases may name */
export async function openUpgradeSubject(folder: string, small: SmallPackage): Promise<UpgradeSubject> {
  const { api, site, token } = await startTestSite({ dataFolder: join(folder, 'site'), pollSeconds: 3600 });
  await api.upload(small.bytes);
  const installed = join(folder, 'installed');
  await layOut({
    target,
    version: installedVersion,
    folder: installed,
    releaseKey: readReleaseKey(undefined),
  });
  const made = join(folder, 'made');
  if (!sick) throw new Error('no such sick release');
  for (const { version } of Object.values(courses)) {
    const before = version === courses.revert.version ? { before: sickCode(sick) } : {};
    const release = { packages: [small.about] };
    await offerVersion(api, { release }, { version, platform: 'linux', folder: made, ...before });
  }
  const program = join(folder, 'manager');
  const ground = await serviceGround({ folder: program, installed, site: site.managementPointUrl, token });
  const places = new Map<string, Place>();
  const at = (place: string): Place => {
    const known = places.get(place);
    if (!known) throw new Error(`${place} was not prepared`);
    return known;
  };
  const order = async (flow: UpgradeFlow, clientId: string) => {
    const { action, version } = courses[flow];
    const { id } = await api.post<CollectionSummary>('/collections', { name: `${flow} ${clientId}` });
    await api.put(`/collections/${id}/members/${clientId}`);
    const made = await api.post<ClientUpgradeDetail>('/client-upgrades', {
      ...{ action, version, collectionId: id },
      ...{ spreadSeconds: 0, settleSeconds: 0, trialSeconds: 0 },
    });
    return made.id ?? '';
  };
  return {
    async prepare(flow, place) {
      await ground.make(place);
      const keys = keysIn(place);
      const { identity } = JSON.parse(readFileSync(join(stateOf(place), 'keys/identity.json'), 'utf8')) as {
        identity: { clientId: string };
      };
      places.set(place, { keys, orderId: await order(flow, identity.clientId), tookMs: 0 });
    },
    async trace(place, aim) {
      const one = at(place);
      const isOver = async () => {
        const { items } = await api.get<Page<UpgradeMember>>(`/client-upgrades/${one.orderId}/members`);
        const state = items[0]?.state ?? 'none';
        return (state === 'blessed' || state === 'failed') && !isUnderWay(place);
      };
      const kill = aim && { ...aim, at: pathsIn(aim, place) };
      const { trace, tookMs } = await runService({ ground, place, kill, isOver });
      one.tookMs = tookMs;
      return trace;
    },
    recovered: (place) => at(place).tookMs,
    faults: (flow, place) => faultsOf(flow, place, at(place), made),
    clients: async () => (await api.get<{ total: number }>('/clients?limit=1')).total,
    close: () => site.close(),
  };
}

const records = ['trial.json', 'verdict.json', 'saved.json', 'blessing.json'];
const versionsIn = (place: string) => join(stateOf(place), 'versions');

function isUnderWay(place: string): boolean {
  const names = readdirSync(versionsIn(place), { withFileTypes: true }).map(({ name }) => name);
  return records.some((name) => names.includes(name));
}

function keysIn(place: string): string {
  const keys = join(stateOf(place), 'keys');
  return JSON.stringify(
    readdirSync(keys)
      .sort()
      .map((name) => [name, readFileSync(join(keys, name), 'utf8')]),
  );
}

/** Everything that is not as it should be after its upgrade, in words. @param made folder of the versions as they were made */
function faultsOf(flow: UpgradeFlow, place: string, { keys }: Place, made: string): readonly string[] {
  const { version, ends } = courses[flow];
  const faults: string[] = [];
  const wanted = ends === 'blessed' ? version : undefined;
  const state = stateOf(place);
  const current = readdirSync(state).includes('current')
    ? readFileSync(join(state, 'current'), 'utf8').trim()
    : undefined;
  if (current !== wanted) faults.push(`${current ?? 'the seed'} is current`);
  if (keysIn(place) !== keys) faults.push('it has other keys');
  const left = new Set(filesBelow(versionsIn(place)));
  left.delete('floor.json');
  if (wanted !== undefined) {
    const tree = join(made, wanted, 'seed');
    for (const path of filesBelow(tree)) {
      if (!left.delete(join(wanted, path))) faults.push(`${path} is missing`);
      else if (!readFileSync(join(tree, path)).equals(readFileSync(join(versionsIn(place), wanted, path)))) {
        faults.push(`${path} has another content`);
      }
    }
  }
  faults.push(...[...left].map((path) => `${path} was left beside the versions`));
  const unfinished = filesBelow(state).filter((path) => /\.(new|part)$/.test(path));
  return [...faults, ...unfinished.map((path) => `${path} was left in the state folder`)];
}
