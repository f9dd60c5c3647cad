/** Client health: what a client finds when it looks at itself, and what it did about it (the role of ccmeval). */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { ComponentName } from './client-release.ts';
import { Timestamp } from './ids.ts';

const strict = { additionalProperties: false } as const;

/** What an evaluation looks at. */
export const healthChecks = [
  /** A component's files, services and registry values are as its signed manifest says. */
  'component',
  /** The client's service is defined, enabled and runs. */
  'service',
  /** The second starter is defined, enabled and has run. */
  'second-starter',
  'journal',
  'certificate',
  'clock',
  'disk',
  'runtime',
  'policy-age',
  /** The package that a repair without the site needs. */
  'kept-package',
  /** Windows Installer's service, or the package database of dpkg or rpm. */
  'installer',
  /** Windows Management Instrumentation answers. */
  'wmi',
  'systemd',
] as const;

export const HealthCheck = Type.Enum([...healthChecks]);
export type HealthCheck = (typeof healthChecks)[number];

export const HealthFinding = Type.Object(
  {
    check: HealthCheck,
    /** Of check `component`. */
    component: Type.Optional(ComponentName),
    state: Type.Union([
      Type.Literal('ok'),
      /** It was wrong, and what was done about it was looked at: now it is right. */
      Type.Literal('remedied'),
      Type.Literal('failed'),
      /** This machine has no such thing. */
      Type.Literal('not-applicable'),
    ]),
    /** A clause: what was wrong, or what was seen. */
    reason: Type.String({ maxLength: 2_000 }),
    /** What was done, where something was. */
    remedy: Type.Optional(Type.String({ maxLength: 2_000 })),
    error: Type.Optional(Type.String({ maxLength: 60 })),
  },
  strict,
);
export type HealthFinding = Static<typeof HealthFinding>;

/** Body of POST `mpPaths.health`. */
export const HealthReport = Type.Object(
  {
    evaluatedAt: Timestamp,
    /** Why now. */
    occasion: Type.Union([
      Type.Literal('daily'),
      Type.Literal('start'),
      Type.Literal('request'),
      Type.Literal('setup'),
      /** The second starter found the client gone. */
      Type.Literal('rescue'),
    ]),
    clientVersion: Type.String({ maxLength: 40 }),
    findings: Type.Array(HealthFinding, { maxItems: 100 }),
  },
  strict,
);
export type HealthReport = Static<typeof HealthReport>;

/** Hours between evaluations by themselves; the client draws its minute. */
export const healthIntervalHours = 24;

/** Days without an evaluation after which the site counts the silence as a finding (the field's own rule: 3). */
export const healthSilenceDays = 3;
