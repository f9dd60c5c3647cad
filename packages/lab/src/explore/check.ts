/** What must hold on an explored machine after every step: every event, every downfall, every start of the client. */
import type { ClientStatus } from '@holdfast/client';
import { readContent } from '../disk/content.ts';
import type { FileNode } from '../disk/nodes.ts';
import { makeFolders } from '../machine/machine.ts';
import { filesBelow } from './disk-faults.ts';
import { isOwnPlace, mayRest } from './installed/check.ts';
import { outsideWaitMs, refusedContentWaitMs } from './outcomes.ts';
import type { Software } from './software.ts';
import type { World } from './world.ts';

const minute = 60_000;

/** Port calls that a step may take: so many, and so many more for each minute of it. */
const callsAtOnce = 6_000;
const callsPerMinute = 1_500;

/** Bytes of the largest journal, and of the whole state folder: far above what these worlds need. */
const mostJournalBytes = 4 * 1024 * 1024;
const mostStateBytes = 16 * 1024 * 1024;

export function checkPromises(world: World): void {
  const { ledger, site, broken, machine, client } = world;
  ledger.look(world.every.values());
  checkDisk(world);
  for (const violation of site.violations) broken('I5', `the wire was broken: ${violation}`);
  if (site.clients.size > 1) broken('I2', `the site has ${site.clients.size} clients for one machine`);
  for (const { streams } of site.clients.values()) {
    if (streams.size > 1) broken('I5', `${streams.size} streams of status messages began`);
  }
  const [calls, at] = [machine.callCount(), machine.clock.elapsed()];
  const most = callsAtOnce + (callsPerMinute * (at - world.last.at)) / minute;
  if (calls - world.last.calls > most) {
    broken('I7', `${calls - world.last.calls} port calls in ${(at - world.last.at) / 1000} s`);
  }
  world.last = { calls, at };
  if (client) checkClient(world, client.status());
}

function checkClient(world: World, status: ClientStatus): void {
  const { broken, weather } = world;
  if (status.clientId !== null) checkIdentity(world);
  if (world.clientId !== undefined && status.clientId !== world.clientId) {
    broken('I2', `the client was ${world.clientId} and is ${status.clientId} now`);
  }
  const serial = status.policySerial ?? 0;
  if (serial === 0 && world.highestSerial > 0) broken('I11', 'the last good policy is gone');
  if (serial < world.highestSerial) broken('I4', `policy ${serial} follows policy ${world.highestSerial}`);
  world.highestSerial = Math.max(serial, world.highestSerial);
  const index = weather.signed.find((one) => one.serial === serial);
  if (serial > 0 && !index) broken('I3', `policy ${serial} was never signed`);
  const known = new Map(status.deployments.map((one) => [one.deploymentId, one]));
  for (const id of index?.ids ?? []) {
    const one = known.get(id);
    if (!one) broken('I11', `deployment ${id} of policy ${serial} is missing`);
    else if (one.package === '') broken('I1', `deployment ${id} has no assignment`);
  }
  for (const one of status.deployments) {
    const software = [...world.every.values()].find((each) => titleOf(each) === one.package);
    if (one.waiting) world.waited.add(one.deploymentId);
    if (!software) broken('I3', `${one.package} was never deployed`);
    else checkWait(world, software, one.notBefore);
  }
}

/** The copy of who the client is can be read, and the key that it names is there. */
function checkIdentity({ machine, broken }: World): void {
  const { entries } = makeFolders(machine.volume, '/state/keys');
  const copy = entries.get('identity.json');
  if (copy?.kind !== 'file') return;
  const keyFile = keyOf(copy);
  if (keyFile === undefined)
    broken('I1', 'the copy of who the client is, is neither the old nor the new one');
  else if (!entries.has(keyFile)) broken('I2', `the key ${keyFile} of the client is gone`);
}

/** Name of the key in the copy; undefined for what is no copy. */
function keyOf({ content }: FileNode): string | undefined {
  try {
    return JSON.parse(Buffer.from(readContent(content, 0, content.length)).toString('utf8')).identity.keyFile;
  } catch {
    return undefined;
  }
}

export function titleOf({ assignment }: Software): string {
  return `${assignment.package.name} ${assignment.package.version}`;
}

function checkWait(world: World, software: Software, notBefore: number | null): void {
  const { machine, ledger, weather, broken, clockWasSet } = world;
  if (notBefore === null || clockWasSet) return;
  const refused = weather.tampered ? refusedContentWaitMs : 0;
  const longest = Math.max(outsideWaitMs, ledger.longestWaitMs(software), refused);
  const wait = notBefore - machine.clock.now();
  if (wait > longest)
    broken('I7', `${titleOf(software)} waits ${wait / 1000} s, and ${longest / 1000} s at most are promised`);
}

/** Places that something may lie in, as patterns of whole paths. */
const places = [
  /^\/state\/client\.journal(\.new)?$/,
  /^\/state\/health\.probe$/,
  /^\/state\/keys\/(identity\.json|[0-9a-f-]{36}\.key)(\.new)?$/,
  /^\/state\/cache\/[0-9a-f]{64}(\.part)?$/,
];
const ofDeployment = /^\/state\/(?:work|logs)\/([0-9a-f-]{36})(\/app\.bin|\/doc\/read-me\.txt|-[a-z]+\.log)$/;
const ofSoftware = /^\/managed\/app-(\d+)\/(app\.bin|doc\/read-me\.txt)$/;

function checkDisk(world: World): void {
  const { machine, broken } = world;
  let bytes = 0;
  for (const { path, file } of filesBelow(machine.volume.root, '')) {
    if (path.endsWith('.damaged')) broken('I1', `the journal is damaged: ${path}`);
    else if (!isDeclared(world, path)) broken('I10', `${path} lies outside the declared places`);
    if (path === '/state/client.journal') checkJournal(world, file);
    if (path.startsWith('/state/')) bytes += file.content.length;
  }
  if (bytes > mostStateBytes) broken('I7', `the state folder has ${bytes} bytes`);
}

function checkJournal({ broken }: World, file: FileNode): void {
  const { length } = file.content;
  if (length > mostJournalBytes) broken('I7', `the journal has ${length} bytes`);
}

function isDeclared({ every, installed }: World, path: string): boolean {
  if (installed && isOwnPlace(installed, path)) return true;
  if (places.some((place) => place.test(path))) return true;
  const softwares = [...every.values()];
  const [, id] = ofDeployment.exec(path) ?? [];
  if (id !== undefined) return softwares.some(({ assignment }) => assignment.deploymentId === id);
  const [, item] = ofSoftware.exec(path) ?? [];
  return item !== undefined && softwares.some((software) => software.item === Number(item));
}

/** At the end, after a start of the client: what nobody will ever remove. */
export function checkLeftovers(world: World): void {
  const { machine, broken, installed } = world;
  const wanted = new Set([...world.deployed.values()].map(({ assignment }) => assignment.deploymentId));
  const hashes = new Set(
    [...world.deployed.values()].flatMap(({ files }) => files.map((file) => file.sha256)),
  );
  // Who it is, its key, and the key of a renewal that was begun.
  const keys = makeFolders(machine.volume, '/state/keys').entries.size;
  if (keys > 3) broken('I7', `${keys} files are kept in the folder of keys`);
  for (const { path } of filesBelow(makeFolders(machine.volume, '/state'), '/state')) {
    const [, folder = '', name = ''] = /^\/state\/([^/]+)\/([^/]+)/.exec(path) ?? [];
    const needed =
      folder === 'cache'
        ? hashes.has(name.slice(0, 64))
        : folder === 'keys' || wanted.has(name.slice(0, 36)) || folder === '' || (installed && mayRest(path));
    if (!needed) broken('I7', `${path} is left, and nothing refers to it`);
  }
}
