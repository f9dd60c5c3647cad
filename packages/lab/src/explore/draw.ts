/** Drawing what happens to an explored machine from its seed: a workload, and a random subset of all kinds of fault. */
import type { Fate } from '../disk/damage.ts';
import { type Random, randomFrom } from '../world/random.ts';
import type { Draft, EventOf, ExploreEvent, FaultKind, Gate, Outcome, Plan } from './events.ts';
import { faultKinds } from './events.ts';
import { drawDamages } from './installed/draw.ts';
import { drawVersions } from './installed/draw-versions.ts';
import { programCodes } from './outcomes.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Of so many machines one is set up by the bootstrap. */
const installedIn = 5;

/** The plan of a seed. Every kind of fault is switched on or off as a whole, so that rare mixtures come up too. */
export function drawPlan(seed: number | string): Plan {
  const random = randomFrom(seed).stream('plan');
  const horizonMs = (10 + random.integer(80)) * minute;
  const on = new Set(faultKinds.filter(() => random.chance(1, 2)));
  const work = random.stream('work');
  const items = 1 + work.integer(4);
  const events: ExploreEvent[] = [];
  const moment = (from: Random) => from.integer(horizonMs);
  for (let item = 0; item < items; item++) {
    // The first is there from the beginning, so that no seed is about nothing.
    const at = item === 0 ? 0 : moment(work);
    events.push({ at, kind: 'deploy', item, version: item, draft: drawDraft(work, on) });
  }
  const further = work.integer(20);
  for (let index = 0; index < further; index++) {
    events.push(drawWork(work, { items, version: items + index, at: moment(work), on }));
  }
  if (work.chance(1, 6)) events.push(...drawWear(work, horizonMs));
  const weather = random.stream('faults');
  const busy = events.map(({ at }) => at);
  // Half of the faults come just after something was changed: that is when there is work to disturb.
  const faulty = () =>
    weather.chance(1, 2) ? weather.pick(busy) + weather.integer(5 * minute) : moment(weather);
  for (const kind of on) {
    if (kind === 'program-hangs') continue;
    for (let times = 1 + weather.integer(4); times > 0; times--) {
      events.push(drawFault(weather, kind, Math.min(faulty(), horizonMs)));
    }
  }
  const own = random.stream('installed');
  const installed = own.chance(1, installedIn);
  if (installed) {
    events.push(...drawDamages(own, horizonMs), ...drawVersions(random.stream('versions'), horizonMs));
  }
  events.sort((left, right) => left.at - right.at);
  const pollSeconds = random.pick([60, 120, 180]);
  return { seed: String(seed), pollSeconds, ...(installed ? { installed } : {}), horizonMs, events };
}

type Frame = {
  readonly items: number;
  readonly version: number;
  readonly at: number;
  readonly on: ReadonlySet<FaultKind>;
};

function drawWork(random: Random, { items, version, at, on }: Frame): ExploreEvent {
  const item = random.integer(items);
  const kind = random.pick([
    'damage',
    'damage',
    'damage',
    'damage',
    'deploy',
    'deploy',
    'withdraw',
    'request',
    'request',
    'pending-restart',
    'restart',
  ] as const);
  switch (kind) {
    case 'deploy':
      return { at, kind, item, version, draft: drawDraft(random, on) };
    case 'damage':
      return { at, kind, item, how: random.pick(['remove', 'change', 'unregister', 'content'] as const) };
    case 'pending-restart':
      return { at, kind, item, forMs: random.integer(20 * minute) };
    case 'restart':
      return { at, kind };
    default:
      return { at, kind, item };
  }
}

/** Somebody breaks the first item again and again. */
function drawWear(random: Random, horizonMs: number): ExploreEvent[] {
  const times = 6 + random.integer(8);
  return Array.from({ length: times }, (_, index) => ({
    at: Math.floor(((index + 1) * horizonMs) / (times + 1)),
    kind: 'damage',
    item: 0,
    how: random.pick(['remove', 'change'] as const),
  }));
}

function drawDraft(random: Random, on: ReadonlySet<FaultKind>): Draft {
  const required = random.chance(3, 4);
  const gates: readonly Gate[] = ['maintenance-window', 'pending-restart', 'disk-room'];
  return {
    intent: random.chance(1, 5) ? 'uninstall' : 'install',
    purpose: required ? 'required' : 'available',
    availableInMs: random.chance(1, 4) ? random.integer(20 * minute) : null,
    deadlineInMs: random.chance(1, 4) ? random.integer(30 * minute) : null,
    gates: gates.filter(() => random.chance(1, 5)),
    registered: random.chance(1, 3),
    hasRepair: random.chance(1, 2),
    runSeconds: random.integer(40),
    maxRunMinutes: 1 + random.integer(3),
    outcomes: drawOutcomes(random, on.has('program-hangs')),
  };
}

/** Half of the programs have no trouble; of the others half have the same again and again. */
function drawOutcomes(random: Random, mayHang: boolean): Outcome[] {
  if (random.chance(1, 2)) return [];
  const runs = 1 + random.integer(8);
  const first = drawOutcome(random, mayHang);
  const same = random.chance(1, 2);
  return Array.from({ length: runs }, () => (same ? first : drawOutcome(random, mayHang)));
}

function drawOutcome(random: Random, mayHang: boolean): Outcome {
  const does = random.pick(['all', 'some', 'nothing'] as const);
  if (mayHang && random.chance(1, 4)) return { code: 'hang', does };
  return { code: random.pick(programCodes), does };
}

const fates: readonly Fate[] = ['lost', 'kept', 'random'];

type NetworkKind = 'partition' | 'too-many-requests' | 'unavailable' | 'html-page' | 'torn-answer';

function drawFault(random: Random, kind: Exclude<FaultKind, 'program-hangs'>, at: number): ExploreEvent {
  const atCall = { calls: random.integer(400), when: random.pick(['before', 'after'] as const) };
  switch (kind) {
    case 'power-cut':
      return { at, kind, ...atCall, names: random.pick(fates), contents: random.pick(fates) };
    case 'client-kill':
      return { at, kind, ...atCall };
    case 'disk-error':
      return drawDiskError(random, at);
    case 'disk-full':
      return { at, kind, forMs: random.integer(10 * minute), leftBytes: random.integer(20_000) };
    case 'file-held':
      return { at, kind, file: random.integer(100), forMs: random.integer(5 * minute) };
    case 'clock-jump': {
      const ms = random.integer(random.pick([minute, hour, day, 200 * day]));
      return { at, kind, ms: random.chance(1, 2) ? ms : -ms };
    }
    case 'sleep':
      return { at, kind, forMs: random.integer(random.pick([minute, 10 * minute, 2 * hour])) };
    case 'tampered-answer': {
      const how = random.pick(['forged', 'stale', 'flipped', 'boastful'] as const);
      return { at, kind, how, share: 1 + random.integer(4), forMs: random.integer(10 * minute) };
    }
    default:
      return drawWeather(random, kind, at);
  }
}

function drawDiskError(random: Random, at: number): EventOf<'disk-error'> {
  const operations = ['any', 'read', 'write', 'sync', 'rename', 'create', 'syncFolder'] as const;
  return {
    at,
    kind: 'disk-error',
    operation: random.pick(operations),
    where: random.pick(['journal', 'state', 'anywhere'] as const),
    times: 1 + random.integer(6),
  };
}

function drawWeather(random: Random, kind: NetworkKind, at: number): ExploreEvent {
  const weather = { at, share: 1 + random.integer(4), forMs: random.integer(15 * minute) };
  const retryAfter = random.integer(120);
  switch (kind) {
    case 'partition':
      return { ...weather, kind };
    case 'html-page':
      return { ...weather, kind, status: random.pick(['200', '502'] as const) };
    case 'torn-answer':
      return { ...weather, kind, after: random.pick(['cut', 'silence', 'end', 'lost'] as const) };
    default:
      return { ...weather, kind, retryAfter };
  }
}
