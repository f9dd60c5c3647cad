/** One machine that is to become a client, the site that hands the client out, and everything that was asked of it. */
import type { SetupReport } from '@holdfast/contract';
import { readContent } from '../../disk/content.ts';
import { filesBelow } from '../../explore/disk-faults.ts';
import { siteHost } from '../../flows/client-service.ts';
import { type SimulatedRelease, simulatedRelease } from '../../flows/client-setup/release.ts';
import { type SetupSite, setupPlaces, setupSite } from '../../flows/client-setup/world.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import type { NetworkFault, ServerRequest } from '../../site/network.ts';
import { type SimulatedSite, simulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { noTrace } from '../../world/trace.ts';
import { newStage, type Stage } from '../field/managed-machine.ts';

/** A request that arrived. */
export type Asked = {
  /** Milliseconds since the world began. */
  readonly at: number;
  readonly path: string;
  /** In place of the site's own answer. */
  readonly fault: NetworkFault | undefined;
};

export type NewClientScene = {
  readonly stage: Stage;
  readonly machine: SimulatedMachine;
  /** What it knows of its clients. */
  readonly clients: SimulatedSite;
  /** What it hands out, and what set-ups have told it. */
  readonly site: SetupSite;
  /** The release for this machine. */
  readonly release: SimulatedRelease;
  readonly asked: readonly Asked[];
};

/** What stands between machine and site. */
export type Between = (
  request: ServerRequest,
  scene: Pick<NewClientScene, 'release' | 'stage'>,
) => NetworkFault | undefined;

export function newClientScene(random: Random, between: Between): NewClientScene {
  const stage = newStage();
  const { clock, timeline } = stage;
  const machine = simulatedMachine(random.stream('machine'), {
    clock,
    // Calls are counted and the count is traced: their facts would cost more than the calls.
    trace: noTrace,
    folders: [setupPlaces.state, setupPlaces.root, '/bootstrap/bin', '/bootstrap/seed/core'],
  });
  const clients = simulatedSite(random.stream('site'), clock.now);
  const release = simulatedRelease(random.stream('release'));
  const site = setupSite(clients, release, (report) => timeline.tell('site', reportText(report)));
  machine.network.servers.set(siteHost, site.server);
  const asked: Asked[] = [];
  machine.network.fault = (request) => {
    const fault = between(request, { release, stage });
    asked.push({ at: clock.elapsed(), path: request.path, fault });
    return fault;
  };
  return { stage, machine, clients, site, release, asked };
}

function reportText({ phase, moment, reason, error }: SetupReport): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${phase} ${moment}${error === undefined ? '' : ` (${error})`}${why}`;
}

/** What lies where the client is to be: this release whole, nothing, or something else. */
export function lying({ machine }: Pick<NewClientScene, 'machine'>, release: SimulatedRelease) {
  const files = filesBelow(makeFolders(machine.volume, '/opt'), '/opt');
  if (files.length === 0) return 'nothing';
  const wanted = new Map(release.files);
  for (const { path, file } of files) {
    const name = path.slice(`${setupPlaces.install}/`.length);
    const content = Buffer.from(readContent(file.content, 0, file.content.length));
    if (!wanted.get(name) || !content.equals(wanted.get(name) ?? content)) return 'something else';
    wanted.delete(name);
  }
  return wanted.size === 0 ? 'the release' : 'something else';
}

/** Why the machine is no client as it should be, as a clause; undefined where it is one. */
export function noClient(scene: NewClientScene): string | undefined {
  const lies = lying(scene, scene.release);
  if (lies !== 'the release') return `${lies} lies where the client should be`;
  const { size } = scene.clients.clients;
  return size === 1 ? undefined : `the site has ${size} clients of this machine`;
}
