/** What must have come of the versions that an explored client was ordered to take. */

import { currentOn } from '../../flows/client-versions/disk.ts';
import { hasEnded, toldOf } from '../../flows/client-versions/site.ts';
import { messagesOf } from '../../flows/plot.ts';
import { filesBelow } from '../disk-faults.ts';
import type { World } from '../world.ts';
import { damagedOf, type Installed, seedName } from './installed.ts';
import { behaviourOf } from './versions.ts';

/** Versions that lie beside the seed at rest: the one that runs, and the one to go back to. */
const mostVersions = 2;

const recordOfTrial = /^\/state\/versions\/(trial|verdict|blessing|saved)\.json/;
const folderOfVersion = /^\/state\/versions\/(\d+\.\d+\.\d+)(\.part)?\//;

/** What is not as it should be yet, as clauses. */
export function versionTroubles(world: World, installed: Installed): readonly string[] {
  const { site, machine, client } = world;
  const { orders } = installed.versions.site;
  const messages = messagesOf([...site.clients.values()]);
  const troubles: string[] = [];
  for (const { path } of filesBelow(machine.volume.root, '')) {
    if (recordOfTrial.test(path)) troubles.push(`${path} lies there: a trial has not come to its end`);
  }
  for (const order of orders) {
    const isTried = installed.versions.trials.has(order.upgradeId);
    if ((isTried || order === orders.at(-1)) && !hasEnded(messages, order)) {
      troubles.push(`the site has not heard how version ${order.version} has ended`);
    }
  }
  const seed = installed.release.version;
  const good = lastGood(installed, messages) ?? seed;
  const current = currentOn(machine.volume);
  const named = current === seedName ? seed : current;
  for (const version of [named, ...(client ? [client.status().version] : [])]) {
    if (version !== good) troubles.push(`version ${version} runs, and ${good} is the last that has passed`);
  }
  const { epoch } = machine.boot.system();
  for (const { facts } of site.clients.values()) {
    if (facts.osEpoch !== epoch) troubles.push('the site knows another operating system');
  }
  return troubles;
}

/** The version that passed its trial last, as the site was told; undefined before the first. */
function lastGood({ versions }: Installed, messages: Parameters<typeof toldOf>[0]): string | undefined {
  const passed = versions.site.orders.flatMap((order) => {
    const [told] = toldOf(messages, 'version-blessed', order);
    return told ? [{ version: order.version, at: messages.indexOf(told) }] : [];
  });
  return passed.toSorted((one, other) => one.at - other.at).at(-1)?.version;
}

/** At rest: what is kept is whole and no more than is needed, and nothing sick has passed. */
export function checkVersions(world: World, installed: Installed): void {
  const { machine, broken } = world;
  const kept = new Set<string>();
  for (const { path } of filesBelow(machine.volume.root, '')) {
    const [, version] = folderOfVersion.exec(path) ?? [];
    if (version !== undefined) kept.add(version);
  }
  if (kept.size > mostVersions) broken('I7', `${kept.size} versions are kept: ${[...kept].join(', ')}`);
  for (const version of kept) {
    const [damaged] = damagedOf(world, installed, version) ?? ['all of it'];
    if (damaged !== undefined) broken('I1', `${damaged} of version ${version} is not as it was released`);
  }
  const { orders, blessed } = installed.versions.site;
  for (const { upgradeId, version } of orders) {
    const { works, loads, diesAfterMs, hangsAfterMs, sight, name } = behaviourOf(installed.versions, version);
    const isSick =
      works === false ||
      loads === false ||
      (diesAfterMs ?? hangsAfterMs) !== undefined ||
      sight !== undefined;
    if (isSick && currentOn(machine.volume) === version)
      broken('I11', `version ${version}, which ${name}, ${blessed.has(upgradeId) ? 'was blessed' : 'runs'}`);
  }
}
