/** A site that orders a version for its clients, has one on trial prove itself, and blesses what it has seen. */
import {
  type Assignment,
  mpPaths,
  type StatusMessage,
  statusEntry,
  type VersionBlessing,
  type VersionOrder,
} from '@holdfast/contract';
import type { Server, ServerRequest } from '../../site/network.ts';
import type { SimulatedClient, SimulatedSite } from '../../site/site.ts';
import type { SimulatedRelease } from '../client-setup/release.ts';
import { setupSite } from '../client-setup/world.ts';
import { messagesOf } from '../plot.ts';

export type VersionSite = {
  readonly server: Server;
  /** What stands for every client; nothing is ordered unless set. */
  order: VersionOrder | undefined;
};

export type VersionSiteOptions = {
  /** What it hands out. */
  readonly releases: readonly [SimulatedRelease, ...SimulatedRelease[]];
  /** What a version on trial carries out. */
  readonly proof: Assignment;
  /** An order that has come to its end is withdrawn. */
  readonly withdraws: boolean;
};

/** All that it says follows from its order and from what a client has told it. */
export function versionSite(site: SimulatedSite, options: VersionSiteOptions): VersionSite {
  const [newest, ...earlier] = options.releases;
  const setup = setupSite(site, newest);
  setup.earlier.push(...earlier);
  const { deploymentId } = options.proof;

  function answer(request: ServerRequest) {
    const client = site.clients.get(request.clientName ?? '');
    if (client && request.path === mpPaths.policy) {
      if (trialOf(client, made.order) && !endOf(client, made.order)) site.deploy(options.proof);
      else site.withdraw(deploymentId);
    }
    return setup.server.answer(request);
  }

  const made: VersionSite = { server: { ...setup.server, answer }, order: undefined };
  site.versions = (client) => {
    const { order } = made;
    if (!order || (options.withdraws && endOf(client, order))) return undefined;
    const trial = trialOf(client, order);
    const proved = trial && provedIn(client, trial, deploymentId);
    if (!proved) return { order };
    const { upgradeId, version } = order;
    const blessing: VersionBlessing = { clientId: client.id, upgradeId, version, at: proved.at };
    return { order, blessing: site.seal('holdfast/version-blessing', blessing) };
  };
  return made;
}

/** What a client has told about an order under a name. */
export function toldOf(
  messages: readonly StatusMessage[],
  name: string,
  order: VersionOrder | undefined,
): readonly StatusMessage[] {
  return messages.filter(
    ({ code, details }) =>
      statusEntry(code)?.name === name &&
      details?.upgradeId === order?.upgradeId &&
      details?.version === order?.version,
  );
}

const trialOf = (client: SimulatedClient, order: VersionOrder | undefined) =>
  toldOf(messagesOf([client]), 'version-on-trial', order)[0];

function endOf(client: SimulatedClient, order: VersionOrder | undefined): boolean {
  const messages = messagesOf([client]);
  return ['version-blessed', 'version-reverted', 'version-refused'].some(
    (name) => toldOf(messages, name, order).length > 0,
  );
}

/** Its proof was verified after its trial began. */
function provedIn(client: SimulatedClient, trial: StatusMessage, deploymentId: string) {
  return messagesOf([client]).find(
    (message) =>
      message.deploymentId === deploymentId &&
      statusEntry(message.code)?.state === 'succeeded' &&
      message.at >= trial.at,
  );
}
