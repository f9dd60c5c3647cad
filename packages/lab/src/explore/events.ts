/** What can happen to an explored machine, as data: drawn beforehand, shrunk, written to a file and run again. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';

const strict = { additionalProperties: false } as const;

/** Milliseconds. */
const duration = Type.Integer({ minimum: 0, maximum: 366 * 24 * 3600 * 1000 });
const count = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const words = <const Word extends string>(...list: Word[]) => Type.Unsafe<Word>(Type.Enum(list));
const fate = words('lost', 'kept', 'random');

/** How one run of a program goes: its exit code (or it hangs), and what it has done to the software by then. */
export const Outcome = Type.Object(
  { code: Type.Union([Type.Integer(), Type.Literal('hang')]), does: words('all', 'some', 'nothing') },
  strict,
);
export type Outcome = Static<typeof Outcome>;

export const Gate = words('maintenance-window', 'pending-restart', 'disk-room');
export type Gate = Static<typeof Gate>;

/** A deployment as an administrator makes it: its files follow from item and version. */
export const Draft = Type.Object(
  {
    intent: words('install', 'uninstall'),
    purpose: words('required', 'available'),
    /** After the deployment was made; null = at once. */
    availableInMs: Type.Union([duration, Type.Null()]),
    deadlineInMs: Type.Union([duration, Type.Null()]),
    gates: Type.Array(Gate, { maxItems: 3 }),
    /** Its installer writes into the list of the package manager too. */
    registered: Type.Boolean(),
    hasRepair: Type.Boolean(),
    runSeconds: Type.Integer({ minimum: 0, maximum: 600 }),
    maxRunMinutes: Type.Integer({ minimum: 1, maximum: 60 }),
    /** Of its first runs; every later one goes well. */
    outcomes: Type.Array(Outcome, { maxItems: 100 }),
  },
  strict,
);
export type Draft = Static<typeof Draft>;

const event = <Kind extends string, Fields extends Record<string, TSchema>>(kind: Kind, fields: Fields) =>
  Type.Object({ at: duration, kind: Type.Literal(kind), ...fields }, strict);

const item = Type.Integer({ minimum: 0, maximum: 99 });
/** What happens as the client makes its n-th port call from now on: before its effect, or after it and before its answer. */
const atCall = { calls: count, when: words('before', 'after') };
/** Requests of four that it hits. */
const share = Type.Integer({ minimum: 1, maximum: 4 });

const work = [
  /** Deploys the item, or changes it: `version` is another one each time. */
  event('deploy', { item, version: count, draft: Draft }),
  event('withdraw', { item }),
  event('request', { item }),
  /** Somebody damages what is installed, or the content that the client keeps for a repair. */
  event('damage', { item, how: words('remove', 'change', 'unregister', 'content') }),
  /** A replacement of the item's files waits for a restart, for so long. */
  event('pending-restart', { item, forMs: duration }),
  /** Somebody damages the n-th file of the client itself, its kept package among them. */
  event('client-damage', { file: count, how: words('remove', 'change', 'empty') }),
  /** Somebody has a hand on what starts the client; it hangs; or its sign of life cannot be written for so long. */
  event('starter-damage', {
    name: words('service', 'second'),
    how: words('stop', 'disable', 'redefine', 'remove'),
  }),
  event('client-hang', {}),
  event('pulse-held', { forMs: duration }),
  /** Somebody has the bootstrap run over what is there. */
  event('set-up', {}),
  /** The site orders a version for its clients: a new one with this behaviour, or one of before. 0 is the seed. */
  event('client-upgrade', {
    version: Type.Integer({ minimum: 1, maximum: 99 }),
    behaviour: Type.String({ maxLength: 100 }),
    /** Nobody goes below it once it has passed. */
    raisesFloor: Type.Boolean(),
  }),
  event('client-rollback', { version: Type.Integer({ minimum: 0, maximum: 99 }) }),
  /** The machine restarts with another version of its operating system. */
  event('os-upgrade', { version: Type.Integer({ minimum: 13, maximum: 99 }) }),
  /** Somebody restarts the machine in good order. */
  event('restart', {}),
] as const;

const faults = [
  event('power-cut', { ...atCall, names: fate, contents: fate }),
  event('client-kill', atCall),
  /** The next operations of this kind on these paths fail (EIO); a sync that fails drops what was on its way. */
  event('disk-error', {
    operation: words('any', 'read', 'write', 'sync', 'rename', 'create', 'syncFolder'),
    where: words('journal', 'state', 'anywhere'),
    times: count,
  }),
  event('disk-full', { forMs: duration, leftBytes: count }),
  /** An antivirus program holds the n-th file that there is. */
  event('file-held', { file: count, forMs: duration }),
  event('partition', { forMs: duration, share }),
  event('too-many-requests', { forMs: duration, share, retryAfter: count }),
  event('unavailable', { forMs: duration, share, retryAfter: count }),
  event('html-page', { forMs: duration, share, status: words('200', '502') }),
  event('torn-answer', { forMs: duration, share, after: words('cut', 'silence', 'end', 'lost') }),
  event('tampered-answer', { forMs: duration, share, how: words('forged', 'stale', 'flipped', 'boastful') }),
  event('clock-jump', { ms: Type.Integer({ minimum: -4e10, maximum: 4e10 }) }),
  event('sleep', { forMs: duration }),
] as const;

export const ExploreEvent = Type.Union([...work, ...faults]);
export type ExploreEvent = Static<typeof ExploreEvent>;
export type EventOf<Kind extends ExploreEvent['kind']> = Extract<ExploreEvent, { kind: Kind }>;

/** Kinds of fault; a program that hangs is drawn with its deployment. */
export const faultKinds = [
  'power-cut',
  'client-kill',
  'disk-error',
  'disk-full',
  'file-held',
  'partition',
  'too-many-requests',
  'unavailable',
  'html-page',
  'torn-answer',
  'tampered-answer',
  'clock-jump',
  'sleep',
  'program-hangs',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A whole exploration of one machine: what is not in it follows from the seed. */
export const Plan = Type.Object(
  {
    seed: Type.String({ minLength: 1, maxLength: 100 }),
    pollSeconds: Type.Integer({ minimum: 10, maximum: 3600 }),
    /** The client is set up by the bootstrap, with service and second starter. */
    installed: Type.Optional(Type.Literal(true)),
    /** When faults stop and everything has to converge. */
    horizonMs: duration,
    events: Type.Array(ExploreEvent, { maxItems: 10_000 }),
  },
  strict,
);
export type Plan = Static<typeof Plan>;

export function isFault({ kind }: Pick<ExploreEvent, 'kind'>): boolean {
  return faultKinds.some((fault) => fault === kind);
}
