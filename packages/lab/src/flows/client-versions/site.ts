/** A site that orders a version for its clients, has one on trial prove itself, and blesses what it has seen. */
import {
  type Envelope,
  mpPaths,
  type SetupReport,
  type StatusMessage,
  statusEntry,
  type VersionBlessing,
  type VersionOrder,
} from '@holdfast/contract';
import type { Server, ServerRequest } from '../../site/network.ts';
import type { SimulatedClient, SimulatedSite } from '../../site/site.ts';
import type { SimulatedRelease } from '../client-setup/release.ts';
import { type SetupSite, setupSite } from '../client-setup/world.ts';
import { messagesOf } from '../plot.ts';

export type VersionSite = {
  readonly server: Server;
  /** What it hands out, and hears of set-ups. */
  readonly setup: SetupSite;
  /** The last one stands for every client; trials of those before it go to their end. */
  readonly orders: VersionOrder[];
  /** Ids of the upgrades that a blessing was signed for. */
  readonly blessed: ReadonlySet<string>;
};

/** What a version on trial carries out. */
export type Proof = { readonly deploymentId: string; deploy(): void; withdraw(): void };

export type VersionSiteOptions = {
  /** What it hands out. */
  readonly releases: readonly [SimulatedRelease, ...SimulatedRelease[]];
  readonly proofOf: (order: VersionOrder) => Proof;
  /** An order that has come to its end is withdrawn. */
  readonly withdraws: boolean;
  /** Hears of each report of a set-up. */
  readonly told?: (report: SetupReport) => void;
};

/** All that it says follows from its orders and from what a client has told it. */
export function versionSite(site: SimulatedSite, options: VersionSiteOptions): VersionSite {
  const [newest, ...earlier] = options.releases;
  const setup = setupSite(site, newest, options.told);
  setup.earlier.push(...earlier);
  const blessed = new Set<string>();

  function answer(request: ServerRequest) {
    const client = site.clients.get(request.clientName ?? '');
    if (client && request.path === mpPaths.policy) {
      const tried = triedOrder(client);
      for (const order of made.orders) {
        if (order === tried) options.proofOf(order).deploy();
        else options.proofOf(order).withdraw();
      }
    }
    return setup.server.answer(request);
  }

  /** The order of which the client has a version on trial, as far as it has told. */
  function triedOrder(client: SimulatedClient): VersionOrder | undefined {
    const messages = messagesOf([client]);
    return made.orders.findLast((order) => trialIn(messages, order) >= 0 && !hasEnded(messages, order));
  }

  function blessingFor(client: SimulatedClient): Envelope | undefined {
    const messages = messagesOf([client]);
    // Also once it was taken, for as long as nothing else is tried: the client may have lost it with its power.
    const order = triedOrder(client) ?? made.orders.at(-1);
    if (!order || trialIn(messages, order) < 0) return undefined;
    const proved = provedIn(messages, order, options.proofOf(order).deploymentId);
    if (!proved) return undefined;
    const { upgradeId, version } = order;
    blessed.add(upgradeId);
    const blessing: VersionBlessing = { clientId: client.id, upgradeId, version, at: proved.at };
    return site.seal('holdfast/version-blessing', blessing);
  }

  const made: VersionSite = { server: { ...setup.server, answer }, setup, orders: [], blessed };
  site.versions = (client) => {
    const newestOrder = made.orders.at(-1);
    const isOver = newestOrder && options.withdraws && hasEnded(messagesOf([client]), newestOrder);
    const order = isOver ? undefined : newestOrder;
    if (!order) return undefined;
    const blessing = blessingFor(client);
    return { order, ...(blessing ? { blessing } : {}) };
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

/** Where among the messages the trial began; -1 where none did. */
function trialIn(messages: readonly StatusMessage[], order: VersionOrder): number {
  const [first] = toldOf(messages, 'version-on-trial', order);
  return first ? messages.indexOf(first) : -1;
}

const ends = ['version-blessed', 'version-reverted', 'version-refused'] as const;

/** Whether the client has told how an order came to its end. */
export function hasEnded(messages: readonly StatusMessage[], order: VersionOrder): boolean {
  return ends.some((name) => toldOf(messages, name, order).length > 0);
}

/** Its proof was verified after its trial began: told after it, whatever the clock of the machine said. */
function provedIn(messages: readonly StatusMessage[], order: VersionOrder, deploymentId: string) {
  const begun = trialIn(messages, order);
  return messages.find(
    (message, index) =>
      index > begun &&
      message.deploymentId === deploymentId &&
      statusEntry(message.code)?.state === 'succeeded',
  );
}
