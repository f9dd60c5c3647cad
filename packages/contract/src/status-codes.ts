/** Status messages: the catalogue of codes that a client reports, and what each says of its deployment. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Timestamp, Uuid } from './ids.ts';

export const Severity = Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')]);
export type Severity = Static<typeof Severity>;

/** Where a deployment stands on one client. */
export const DeploymentState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('available'),
  Type.Literal('downloading'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('reboot-pending'),
  Type.Literal('broken'),
  Type.Literal('held'),
  Type.Literal('failed'),
]);
export type DeploymentState = Static<typeof DeploymentState>;

type CatalogueEntry = {
  readonly name: string;
  readonly severity: Severity;
  /** What the message says of the deployment that it names; absent where it says nothing. */
  readonly state?: DeploymentState;
  /** Sentence with `{detail}` places, filled by `statusText`. */
  readonly text: string;
};

/**
 * Codes 10002-10050 are the field's own (SMS 2.0 and later: KB Q277876, Q235205, Q272174);
 * 30000 and up are Holdfast's.
 */
export const statusCatalogue = {
  10002: {
    name: 'deployment-received',
    severity: 'info',
    state: 'waiting',
    text: 'Deployment of {package} received',
  },
  10003: {
    name: 'program-cannot-run',
    severity: 'error',
    state: 'failed',
    text: '{program} cannot run: {reason}',
  },
  10005: {
    name: 'program-started',
    severity: 'info',
    state: 'running',
    text: '{action} of {package} started: {command}',
  },
  10006: {
    name: 'program-failed',
    severity: 'error',
    state: 'failed',
    text: '{action} of {package} failed: {reason}',
  },
  10008: {
    name: 'program-succeeded',
    severity: 'info',
    state: 'running',
    text: '{action} of {package} ended with exit code {exitCode}; verifying',
  },
  10018: {
    name: 'platform-rejected',
    severity: 'warning',
    state: 'failed',
    text: '{program} is for another platform',
  },
  10050: {
    name: 'cache-too-small',
    severity: 'error',
    state: 'failed',
    text: 'Content of {package} does not fit into the cache',
  },
  30001: { name: 'client-enrolled', severity: 'info', text: 'Client enrolled at site {site}' },
  30002: { name: 'client-started', severity: 'info', text: 'Client {version} started' },
  30003: { name: 'certificate-renewed', severity: 'info', text: 'Client certificate renewed' },
  30010: {
    name: 'content-downloading',
    severity: 'info',
    state: 'downloading',
    text: 'Downloading {package}: {bytes} bytes',
  },
  30011: {
    name: 'content-ready',
    severity: 'info',
    state: 'waiting',
    text: 'Content of {package} is here and verified',
  },
  30012: {
    name: 'content-refused',
    severity: 'error',
    state: 'waiting',
    text: 'Content of {package} refused: {reason}',
  },
  30020: {
    name: 'software-verified',
    severity: 'info',
    state: 'succeeded',
    text: '{package} is present: every detection rule holds',
  },
  30021: {
    name: 'software-removed',
    severity: 'info',
    state: 'succeeded',
    text: '{package} is removed: detection no longer holds',
  },
  30022: {
    name: 'software-broken',
    severity: 'warning',
    state: 'broken',
    text: '{package} is broken: {reason}',
  },
  30023: {
    name: 'software-repaired',
    severity: 'info',
    state: 'succeeded',
    text: '{package} was repaired and verified',
  },
  30024: {
    name: 'detection-still-false',
    severity: 'error',
    state: 'held',
    text: '{action} of {package} ended well, but {reason}; held after {attempts} attempts',
  },
  30025: {
    name: 'reboot-pending',
    severity: 'warning',
    state: 'reboot-pending',
    text: '{package} needs a restart of the machine: {reason}',
  },
  30026: {
    name: 'waiting-at-gate',
    severity: 'info',
    state: 'waiting',
    text: '{package} waits for {gate}: {reason}',
  },
  30027: {
    name: 'attempt-failed',
    severity: 'warning',
    state: 'waiting',
    text: '{action} of {package}: {reason}; tried again in {seconds} s',
  },
  30028: {
    name: 'software-available',
    severity: 'info',
    state: 'available',
    text: '{package} is available to install',
  },
  30030: { name: 'policy-refused', severity: 'error', text: 'Policy refused ({error}): {reason}' },
  30031: {
    name: 'policy-applied',
    severity: 'info',
    text: 'Policy {serial} with {assignments} assignments applied',
  },
  30040: {
    name: 'message-shortened',
    severity: 'warning',
    text: 'A status message was too large for the site and was shortened',
  },
  30041: { name: 'client-healthy', severity: 'info', text: 'Client evaluated: {checks} checks, all well' },
  30042: { name: 'client-remedied', severity: 'warning', text: 'Client repaired itself: {remedies}' },
  30043: { name: 'client-unhealthy', severity: 'error', text: 'Client is not well: {findings}' },
  30044: { name: 'component-waits', severity: 'info', text: '{component} waits for {gate}: {reason}' },
  30045: {
    name: 'component-changed',
    severity: 'info',
    text: '{component}: {variant} installed and verified',
  },
  30046: { name: 'client-rescued', severity: 'warning', text: 'The second starter {action}: {reason}' },
  30060: { name: 'version-waits', severity: 'info', text: 'Version {version} waits for {gate}: {reason}' },
  30061: {
    name: 'version-refused',
    severity: 'error',
    text: 'Version {version} is not taken ({error}): {reason}',
  },
  30062: {
    name: 'version-on-trial',
    severity: 'info',
    text: 'Version {version} is on trial, after {previous}',
  },
  30063: { name: 'version-blessed', severity: 'info', text: 'Version {version} has proved itself' },
  30064: {
    name: 'version-reverted',
    severity: 'error',
    text: 'Version {version} was given up for {previous} after {starts} starts ({cause}): {reason}',
  },
  30065: {
    name: 'os-changed',
    severity: 'info',
    text: 'The operating system was changed from {from} to {to}',
  },
  30070: { name: 'agent-absent', severity: 'info', text: '{agent} is not on this machine: {reason}' },
  30071: { name: 'agent-recognized', severity: 'info', text: '{agent} is on this machine' },
  30072: {
    name: 'takeover-waits',
    severity: 'info',
    text: 'Taking over {agent} waits for {gate}: {reason}',
  },
  30073: {
    name: 'takeover-begun',
    severity: 'info',
    text: 'Taking over {agent} begins; the screen driver: {verified}',
  },
  30074: {
    name: 'agent-taken-over',
    severity: 'info',
    text: '{agent} was taken over and is gone; the screen driver: {verified}',
  },
  30075: {
    name: 'agent-put-back',
    severity: 'error',
    text: 'The remote control of {agent} was put back: {reason}',
  },
  30076: { name: 'takeover-held', severity: 'error', text: 'Taking over {agent} is held: {reason}' },
  30050: { name: 'disk-full', severity: 'error', text: 'Disk full: {reason}' },
  30051: { name: 'client-fault', severity: 'error', text: 'Fault in the client ({error}): {reason}' },
} as const satisfies Record<number, CatalogueEntry>;

export type StatusCode = keyof typeof statusCatalogue;
export type StatusName = (typeof statusCatalogue)[StatusCode]['name'];

const codesByName = new Map<string, StatusCode>(
  Object.entries(statusCatalogue).map(([code, entry]) => [entry.name, Number(code) as StatusCode]),
);

export function statusCode(name: StatusName): StatusCode {
  const code = codesByName.get(name);
  if (code === undefined) throw new TypeError(`no status named ${name}`);
  return code;
}

/** The catalogue entry of a code; undefined for a code of a newer client. */
export function statusEntry(code: number): CatalogueEntry | undefined {
  return (statusCatalogue as Record<number, CatalogueEntry>)[code];
}

/** Details of a message: small flat facts. Text longer than this is shortened by the client. */
export const statusTextLimit = 2_000;
export const StatusDetails = Type.Record(
  Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9]{0,39}$' }),
  Type.Union([Type.String({ maxLength: statusTextLimit }), Type.Number(), Type.Boolean()]),
  { maxProperties: 32 },
);
export type StatusDetails = Static<typeof StatusDetails>;

export const StatusMessage = Type.Object(
  {
    /** Number of the message in its stream: 1, 2, 3 ... without gaps. */
    seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    /** Clock of the client when it happened. */
    at: Timestamp,
    code: Type.Integer({ minimum: 1, maximum: 65_535 }),
    severity: Severity,
    deploymentId: Type.Optional(Uuid),
    details: StatusDetails,
  },
  { additionalProperties: false },
);
export type StatusMessage = Static<typeof StatusMessage>;

/** The sentence of a message. Plain text from a client: hostile, never to be rendered as markup. */
export function statusText(message: Pick<StatusMessage, 'code' | 'details'>): string {
  const entry = statusEntry(message.code);
  if (!entry) return `Status ${message.code}`;
  return entry.text.replace(/\{(\w+)\}/g, (_, key: string) => String(message.details[key] ?? '?'));
}
