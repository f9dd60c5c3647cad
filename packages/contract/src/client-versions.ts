/** Versions of a client: what its site orders, what a trial must prove, and why one is given up. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { ClientVersion } from './client-release.ts';
import { Envelope } from './envelope-schema.ts';
import { Timestamp, Uuid } from './ids.ts';

const strict = { additionalProperties: false } as const;

/** One order for one client, in its signed policy index. It stands until the site withdraws it or gives another one. */
export const VersionOrder = Type.Object(
  {
    /** Of the upgrade at the site: an order of another upgrade is tried anew, even for the same version. */
    upgradeId: Uuid,
    /** `rollback` may go to a lower version, never below the floor. */
    action: Type.Union([Type.Literal('upgrade'), Type.Literal('rollback')]),
    version: ClientVersion,
    notBefore: Timestamp,
    /** The client draws its own moment within so many seconds after `notBefore`. */
    spreadSeconds: Type.Integer({ minimum: 0, maximum: 7 * 86_400 }),
    /** Awake, that a trial lasts at least, however soon all is proved: a leak and a late death take their time. */
    trialSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
  },
  strict,
);
export type VersionOrder = Static<typeof VersionOrder>;

/** What the policy index says of the client's own version; absent where there is nothing to say. */
export const VersionPolicy = Type.Object(
  {
    order: Type.Optional(VersionOrder),
    /** Signed by the policy key as `holdfast/version-blessing`. */
    blessing: Type.Optional(Envelope),
  },
  strict,
);
export type VersionPolicy = Static<typeof VersionPolicy>;

/**
 * The site saw the version on trial check in with the client's certificate, and carry out a deployment that changes nothing
 * else. Who watches over a trial believes this and no word of the version itself.
 */
export const VersionBlessing = Type.Object(
  { clientId: Uuid, upgradeId: Uuid, version: ClientVersion, at: Timestamp },
  strict,
);
export type VersionBlessing = Static<typeof VersionBlessing>;

/** Starts that a version on trial has; one that ended in good order is not counted. */
export const trialStarts = 3;

/** Seconds of `trialSeconds` unless somebody says otherwise: a leak of some megabytes a minute shows within. */
export const usualTrialSeconds = 180;

/** Milliseconds awake, with a site that answers, within which a trial must have been blessed; its own least time not counted in. */
export const trialMs = 5 * 60_000;

/** Why a version was given up. Closed: the console and reports count by it. */
export const trialFailures = {
  damaged: 'its files are not what the release key has signed',
  'cannot-load': 'it could not be loaded',
  died: 'it ended again and again without being asked',
  hung: 'its loop stood still',
  memory: 'it took too much memory',
  busy: 'it kept the processor busy',
  clock: 'its clock is not that of the machine',
  'no-proof': 'it did not prove to its site that it works, while the site answered others',
  'state-lost': 'the identity or the journal of the client were gone or of no use',
} as const;
export const TrialFailure = Type.Enum(Object.keys(trialFailures) as (keyof typeof trialFailures)[]);
export type TrialFailure = keyof typeof trialFailures;
