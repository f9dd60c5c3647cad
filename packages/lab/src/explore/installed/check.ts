/** What must hold of a client that was set up, and what it has to come back to. */
import { setupPlaces } from '../../flows/client-setup/world.ts';
import { filesBelow } from '../disk-faults.ts';
import { stateFolder, type World } from '../world.ts';
import { damagedFiles, type Installed, isKeptWhole } from './installed.ts';

const minute = 60_000;

/**
 * Milliseconds after the last fault in which a client heals alone what was done to itself: the second starter looks every
 * hour, tries a start twice before it installs anew, and a health evaluation follows each of its starts.
 */
export const ownHealingMs = 210 * minute;

/** Places below the state folder, besides those of every client. */
const places = [
  /^\/state\/settings\.json(\.new)?$/,
  /^\/state\/pulse(\.new)?$/,
  /^\/state\/package\/(package|release)\.json(\.new)?$/,
  /^\/state\/package\/([0-9a-f]{64}(\.part)?|holdfast-client_[\w.-]+\.tar\.gz)$/,
  /^\/state\/setup\/(setup\.journal|last\.json|untold-[0-9a-f-]{36}\.json)(\.new)?$/,
  /^\/state\/setup\/download\/([0-9a-f]{64}(\.part)?|holdfast-client_[\w.-]+\.tar\.gz)$/,
  /^\/state\/rescue\/rescue\.journal(\.new)?$/,
  /^\/state\/rescue\/spool\/\d{9}\.json(\.new)?$/,
  /^\/state\/components\/components\.journal(\.new)?$/,
  /^\/state\/components\/(copies|told)\/[\w.-]+$/,
  /^\/state\/current(\.new)?$/,
  /^\/state\/versions\/((trial|verdict|blessing|saved|floor)\.json(\.new)?|[0-9a-f]{64}(\.part)?)$/,
];
const inVersion = /^\/state\/versions\/(\d+\.\d+\.\d+)(?:\.part)?\/(.+?)(?:\.new|\.restoring|\.aside)?$/;
const inTree = /^\/opt\/holdfast-client(?:\.part|\.new|\.old)?\/(.+?)(?:\.new|\.restoring|\.aside)?$/;

export function isOwnPlace({ release, versions }: Installed, path: string): boolean {
  const [, version = '', inner = ''] = inVersion.exec(path) ?? [];
  if (versions.releases.get(version)?.archive?.tree.has(inner)) return true;
  const [, name] = inTree.exec(path) ?? [];
  return name === undefined ? places.some((place) => place.test(path)) : release.files.has(name);
}

/** Files that may lie below the state folder once everything is at rest. */
const atRest = [
  /^(current|versions\/floor\.json|versions\/\d+\.\d+\.\d+\/.+)$/,
  /^(settings\.json|pulse)$/,
  /^package\/(package\.json|release\.json|holdfast-client_[\w.-]+)$/,
  /^setup\/(last\.json|setup\.journal)$/,
  /^rescue\/(rescue\.journal|spool\/\d{9}\.json)$/,
  // Copies of a repair that was cut off go with the next one.
  /^components\/(components\.journal(\.new)?|copies\/([0-9a-f]{64}|manifest-[a-z]+|arriving))$/,
];

export function mayRest(path: string): boolean {
  const name = path.slice(stateFolder.length + 1);
  return atRest.some((place) => place.test(name));
}

/** What of the client itself is not as it should be, as clauses. */
export function ownTroubles(world: World, installed: Installed): readonly string[] {
  const { machine, client, site } = world;
  const troubles = damagedFiles(world, installed).map((path) => `${path} of the client is damaged`);
  if (!isKeptWhole(world, installed)) troubles.push('the kept package is not whole');
  for (const name of ['service', 'second'] as const) {
    const { present, asDefined, enabled, active, deaf } = machine.starters.get(name);
    if (!present || !asDefined || !enabled || !active || deaf) troubles.push(`the ${name} is not in order`);
  }
  if (installed.setUpRuns || installed.setUpAsked) troubles.push('a set-up is under way');
  const report = client?.status().health;
  // A clock that was set is found wrong until the next look.
  const failed = report?.findings.find(
    ({ check, state }) => state === 'failed' && !(check === 'clock' && world.clockWasSet),
  );
  if (failed) troubles.push(`the newest evaluation of its health says: ${failed.check}: ${failed.reason}`);
  const told = [...site.clients.values()].flatMap(({ health }) => health);
  if (report && !told.some(({ evaluatedAt }) => evaluatedAt === report.evaluatedAt)) {
    troubles.push('the site does not have the newest evaluation');
  }
  for (const reports of Map.groupBy(installed.site.reports, ({ setupId }) => setupId).values()) {
    const { phase, moment } = reports.reduce((last, one) => (one.seq > last.seq ? one : last));
    const isEnd = moment === 'failed' || (phase === 'components' && moment === 'ended');
    if (!isEnd) troubles.push(`the site has heard of a set-up no more than "${phase} ${moment}"`);
  }
  for (const { path } of filesBelow(machine.volume.root, '')) {
    const isLeft = path.startsWith(setupPlaces.install) && !path.startsWith(`${setupPlaces.install}/`);
    // What a run of the second starter left behind that was cut off goes with its next one.
    const isCutOff = /^\/state\/rescue\/.*\.new$/.test(path);
    if (isLeft || isCutOff || /\.(aside|restoring)$/.test(path)) troubles.push(`${path} is left`);
  }
  return troubles;
}
