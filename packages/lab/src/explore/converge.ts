/** Phase 2 of an exploration: the faults stop, and everything has to converge, or to name what it waits for. */
import type { ClientStatus } from '@holdfast/client';
import { type StatusMessage, type StatusName, statusCode, statusEntry, statusText } from '@holdfast/contract';
import { worldStart } from '../world/clock.ts';
import { requestItem } from './apply.ts';
import { checkLeftovers, checkPromises, titleOf } from './check.ts';
import { ownHealingMs, ownTroubles } from './installed/check.ts';
import { checkVersions, versionTroubles } from './installed/check-versions.ts';
import { damagedFiles, type Installed, unrunnable } from './installed/installed.ts';
import { runBootstrap } from './installed/set-up.ts';
import { cutPower, restartMachine, tellPending } from './life.ts';
import type { Software } from './software.ts';
import { closedGate, messagesOf, present, type World } from './world.ts';

const minute = 60_000;

/** Milliseconds: all is well so long after the last fault, but for waits that have a name. */
const healingMs = 5 * minute;

/** Milliseconds that work may take once nothing is waited for: a few programs, one after the other. */
const workMs = 4 * minute;

/** Milliseconds: no wait with a name is longer than these together. */
const patienceMs = 4 * 60 * minute;

/** Milliseconds between two looks. */
const lookMs = 10_000;

/** What is not as it should be yet. `promised`: something with a name says that it goes on. */
type Pending = { readonly text: string; readonly promised: boolean };

/** Faults end, what stood in the way is gone, a time server sets the clock. */
export function calmDown(world: World): void {
  const { machine, weather, diskFaults, pending } = world;
  world.calm = true;
  machine.stopAt(undefined);
  weather.clear();
  diskFaults.clear();
  pending.clear();
  tellPending(world);
  machine.power.resume();
  machine.clock.stepWallClock(worldStart + machine.clock.elapsed() - machine.clock.now());
  if (world.clockWasSet) world.ledger.timePassed();
  world.timeline.tell('power', 'the faults are over');
  if (world.installed) calmClient(world, world.installed);
}

/** Somebody restarts the machine; where nothing of the client is left that could mend the rest, also has the bootstrap run. */
function calmClient(world: World, installed: Installed): void {
  installed.calmAt = world.machine.clock.elapsed();
  const { present, asDefined, enabled } = world.machine.starters.get('second');
  const helpless = !present || !asDefined || !enabled;
  if (helpless && (world.client === undefined || unrunnable(world, installed) !== undefined)) {
    runBootstrap(world, installed, true);
  } else if (ownTroubles(world, installed).length > 0) restartMachine(world);
}

/** Lets the world go on until all is well; breaks I8 when it does not come to that. */
async function settleDown(world: World): Promise<void> {
  const { machine, broken } = world;
  const began = machine.clock.elapsed();
  let promisedAt = began + healingMs - workMs;
  /** Since when something is not as it should be, and nothing with a name is waited for. */
  let unpromisedSince = new Map<string, number>();
  for (;;) {
    await machine.clock.run(() => world.finding !== undefined, lookMs);
    checkPromises(world);
    if (world.finding) return;
    const pending = pendingOf(world);
    const [first] = pending;
    if (!first) return;
    const now = machine.clock.elapsed();
    if (pending.some(({ promised }) => promised)) promisedAt = Math.max(promisedAt, now);
    const open = pending.filter(({ promised }) => !promised).map(({ text }) => text);
    unpromisedSince = new Map(open.map((text) => [text, unpromisedSince.get(text) ?? now]));
    for (const [text, since] of unpromisedSince) {
      if (now - since > healingMs + workMs) broken('I8', `${text}, for ${(now - since) / minute} minutes`);
    }
    const unpromised = pending.find(({ promised }) => !promised) ?? first;
    if (now - promisedAt > workMs) broken('I8', `${unpromised.text}, and nothing is waited for`);
    if (now - began > patienceMs) broken('I8', `${unpromised.text} after hours`);
  }
}

function pendingOf(world: World): readonly Pending[] {
  const { client, machine, ledger } = world;
  if (!client) return [{ text: 'no client runs', promised: mayHealItself(world) }];
  const status = client.status();
  const pending: Pending[] = [...pendingOwn(world)];
  if (status.outbox > 0) pending.push({ text: 'messages are left in the outbox', promised: false });
  if (machine.programs.running().length > 0) {
    pending.push({ text: 'a program runs', promised: ledger.open !== undefined });
  }
  const known = new Map(status.deployments.map((one) => [one.package, one]));
  for (const software of world.deployed.values()) {
    const title = titleOf(software);
    const one = known.get(title);
    known.delete(title);
    if (!one) pending.push({ text: `the client knows nothing of ${title}`, promised: false });
    else pending.push(...pendingItem(world, software, one));
  }
  for (const title of known.keys()) pending.push({ text: `the client still has ${title}`, promised: false });
  return pending;
}

/** The client itself: it has its time, which begins with the last fault. */
function pendingOwn(world: World): readonly Pending[] {
  const promised = mayHealItself(world);
  const { installed } = world;
  const troubles = installed ? [...ownTroubles(world, installed), ...versionTroubles(world, installed)] : [];
  return troubles.map((text) => ({ text, promised }));
}

function mayHealItself({ installed, machine }: World): boolean {
  return installed !== undefined && machine.clock.elapsed() < (installed.calmAt ?? 0) + ownHealingMs;
}

type Standing = ClientStatus['deployments'][number];

function pendingItem(world: World, software: Software, one: Standing): readonly Pending[] {
  const { draft } = software;
  const there = present(world, software) === (draft.intent === 'install');
  const title = titleOf(software);
  const early = (software.assignment.availableAt ?? 0) > world.machine.clock.now();
  if (early && one.state !== 'succeeded') return [{ text: `${title} is not available yet`, promised: true }];
  switch (one.state) {
    case 'succeeded':
      return there ? [] : [{ text: `${title} counts as done, and is not`, promised: false }];
    case 'available':
      return offered(world, software, one);
    case 'held':
    case 'failed':
      if (world.ledger.mayBeHeld(software) || world.weather.tampered) return [];
      return [{ text: `${title} is held without a reason: ${one.text}`, promised: false }];
    case 'reboot-pending':
      return [];
    default:
      return [{ text: `${title} is ${one.state}: ${one.text}`, promised: waits(world, software, one) }];
  }
}

function offered(world: World, software: Software, one: Standing): readonly Pending[] {
  const { draft, assignment } = software;
  if (draft.purpose === 'available') return [];
  const at = assignment.deadlineAt ?? 0;
  const promised = at > world.machine.clock.now() || waits(world, software, one);
  return [{ text: `${titleOf(software)} is only offered`, promised }];
}

function waits(world: World, software: Software, { notBefore, waiting }: Standing): boolean {
  const now = world.machine.clock.now();
  if (waiting && closedGate(world, software) !== undefined) return true;
  const wait = (notBefore ?? 0) - now;
  return wait > 0 && wait <= 60 * minute;
}

/** Rounds in which people let go what is held and restart what waits for that. */
const mostRounds = 5;

/** The whole of phase 2, with one more power cut at its end: what was verified stays so. */
export async function converge(world: World): Promise<void> {
  calmDown(world);
  for (let round = 1; ; round++) {
    await settleDown(world);
    if (world.finding) return;
    const left = leftForPeople(world);
    if (left.length === 0) break;
    if (round > mostRounds) world.broken('I8', `${left[0]?.text} whatever people do`);
    for (const { item } of left) if (item !== undefined) requestItem(world, item);
    if (left.some(({ item }) => item === undefined)) restartMachine(world);
  }
  const wholeBefore = world.installed && ownTroubles(world, world.installed).length === 0;
  cutPower(world, { names: 'lost', contents: 'lost' });
  if (wholeBefore) checkDurable(world, world.installed);
  // A fault like any other.
  if (world.installed) world.installed.calmAt = world.machine.clock.elapsed();
  await settleDown(world);
  if (world.finding) return;
  checkLeftovers(world);
  if (world.installed) checkVersions(world, world.installed);
  checkReports(world);
}

/** What the client has laid down of itself survives. */
function checkDurable(world: World, installed: Installed): void {
  const [path] = damagedFiles(world, installed);
  if (path !== undefined) world.broken('I5', `${path} of the client was whole before the power was cut`);
}

/** What a person has to let go; without an item: what waits for a restart. */
type Left = { readonly item: number | undefined; readonly text: string };

function leftForPeople(world: World): readonly Left[] {
  const standing = new Map(world.client?.status().deployments.map((one) => [one.package, one]));
  return [...world.deployed.values()].flatMap((software): Left[] => {
    const one = standing.get(titleOf(software));
    const text = `${titleOf(software)} is ${one?.state}`;
    if (one?.state === 'reboot-pending') return [{ item: undefined, text }];
    return one?.state === 'held' || one?.state === 'failed' ? [{ item: software.item, text }] : [];
  });
}

/** Messages that say that a run of a program went wrong. */
const badNames: readonly StatusName[] = ['attempt-failed', 'program-failed', 'detection-still-false'];
const badCodes = new Set<number>(badNames.map(statusCode));

/** I5 and I9: what was said has arrived, and what went wrong was said. */
function checkReports(world: World): void {
  const { broken, said, waited, weather } = world;
  const messages = messagesOf(world);
  let next = 0;
  for (const { deploymentId, text } of said) {
    const at = messages.findIndex((one, index) => index >= next && isSaid(one, deploymentId, text));
    if (at < 0) broken('I5', `the site was never told, or not in order: ${text}`);
    next = Math.max(next, at + 1);
  }
  for (const software of world.every.values()) {
    const id = software.assignment.deploymentId;
    const told = messages.filter((one) => one.deploymentId === id && badCodes.has(one.code)).length;
    const bad = world.ledger.badEnds(software.item);
    if (told < bad) broken('I9', `${bad} runs of app ${software.item} went wrong, and ${told} were told`);
    const state = messages.flatMap((one) => (one.deploymentId === id ? (stateOf(one) ?? []) : [])).at(-1);
    const own = world.client?.status().deployments.find((one) => one.deploymentId === id)?.state;
    if (own !== undefined && state !== own)
      broken('I9', `app ${software.item} is ${own}, the site has ${state}`);
  }
  for (const id of waited) {
    if (messages.some((one) => one.deploymentId === id && one.code === statusCode('waiting-at-gate')))
      continue;
    broken('I9', `deployment ${id} waited at a gate, and the site was not told`);
  }
  const refused = messages.some((one) => one.code === statusCode('policy-refused'));
  const undisturbed = world.faults['power-cut'] + world.faults['client-kill'] + world.diskFaults.failed === 0;
  if (weather.forged.size > 0 && undisturbed && !refused) broken('I9', 'a forged policy was not told');
}

function isSaid(message: StatusMessage, deploymentId: string | undefined, text: string): boolean {
  return message.deploymentId === deploymentId && statusText(message) === text;
}

function stateOf(message: StatusMessage): string | undefined {
  return statusEntry(message.code)?.state;
}
