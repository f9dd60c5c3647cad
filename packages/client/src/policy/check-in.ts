/** Checking in: is there a newer policy, is it the site's, and whole? Only then it takes the place of the last one. */
import { createPublicKey } from 'node:crypto';
import {
  Assignment,
  Envelope,
  type ErrorCode,
  HoldfastError,
  isHoldfastError,
  mpPaths,
  PolicyIndex,
  type Sha256,
  sha256,
  unseal,
  wireLimits,
} from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { enrolled } from '../enrolment/identity.ts';
import { contacted } from '../health/vitals.ts';
import { errorOf, jsonReader, readText } from '../site.ts';
import type { Entry, Policy } from '../state.ts';
import { messageOf } from '../status/reporter.ts';

const readEnvelope = jsonReader(Envelope, 'policy envelope', 'policy.untrusted');
const readIndex = jsonReader(PolicyIndex, 'policy index', 'policy.untrusted');
const readAssignment = jsonReader(Assignment, 'assignment', 'policy.untrusted');

/** Refusals: the policy is at fault, and the last good one stays. Anything else was the network or the site. */
const refusals: readonly ErrorCode[] = ['policy.untrusted', 'policy.stale'];

export type CheckIn = 'unchanged' | 'applied' | 'refused';

export type CheckInOutcome = { readonly result: CheckIn; readonly refusal?: HoldfastError };

/**
 * Asks for the policy index, and applies it with the assignments that the client lacks, as one commit.
 * @throws HoldfastError `network.*`, `certificate.*`, `site.*`, `request.rate`: nothing was learnt
 */
export async function checkIn(
  context: ClientContext,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<CheckInOutcome> {
  const { site, journal, ports, vitals } = context;
  const etag = journal.state.policy?.etag;
  const response = await site.request({
    method: 'GET',
    path: mpPaths.policy,
    headers: etag === undefined ? {} : { 'if-none-match': etag },
    tls,
    signal,
  });
  if (response.status === 304 || response.status === 200) {
    contacted(vitals, ports.clock, response.headers.date);
  }
  if (response.status === 304) {
    await readText(response, 0);
    return { result: 'unchanged' };
  }
  if (response.status !== 200) throw await errorOf(response, ports.clock.now());
  const body = await readText(response, wireLimits.indexBytes);
  try {
    const policy = readPolicy(context, body, response.headers.etag);
    if (policy.payload === journal.state.policy?.payload) return { result: 'unchanged' };
    await apply(context, policy, await fetchMissing(context, policy.index, tls, signal));
    return { result: 'applied' };
  } catch (thrown) {
    if (!isHoldfastError(thrown, ...refusals)) throw thrown;
    await refuse(context, thrown, sha256(body));
    return { result: 'refused', refusal: thrown };
  }
}

function readPolicy(context: ClientContext, body: string, header: string | undefined): Policy {
  const { trust, identity } = enrolled(context);
  const payload = unseal('holdfast/policy-index', readEnvelope(body), createPublicKey(trust.policyKey));
  const index = readIndex(payload);
  if (index.siteCode !== trust.siteCode || index.clientId !== identity.clientId) {
    throw new HoldfastError('policy.untrusted', 'The policy is for another client or of another site.');
  }
  const policy = { etag: entityTag(header, body), payload: sha256(payload), index };
  const current = context.journal.state.policy;
  const older = current && index.serial < current.index.serial;
  const changed = current && index.serial === current.index.serial && policy.payload !== current.payload;
  if (older || changed) {
    throw new HoldfastError(
      'policy.stale',
      `The policy has serial ${index.serial}${changed ? ' with other content' : ''}; the client has ${current.index.serial}.`,
    );
  }
  return policy;
}

/** As the site gave it, where it is one; it is sent back as it is. */
function entityTag(header: string | undefined, body: string): string {
  return header !== undefined && /^(W\/)?"[\x21\x23-\x7e]{1,200}"$/.test(header)
    ? header
    : `"${sha256(body)}"`;
}

async function fetchMissing(
  context: ClientContext,
  index: PolicyIndex,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<Record<Sha256, Assignment>> {
  const fetched: Record<Sha256, Assignment> = {};
  for (const { hash, deploymentId } of index.assignments) {
    const known = context.journal.state.assignments[hash] ?? fetched[hash];
    const assignment = known ?? (await fetchAssignment(context, hash, tls, signal));
    if (assignment.deploymentId !== deploymentId) {
      throw new HoldfastError(
        'policy.untrusted',
        'An assignment is of another deployment than the index says.',
      );
    }
    if (!known) fetched[hash] = assignment;
  }
  return fetched;
}

async function fetchAssignment(
  context: ClientContext,
  hash: Sha256,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<Assignment> {
  const path = `${mpPaths.assignments}/${hash}`;
  const text = await context.site.text({ method: 'GET', path, tls, signal }, wireLimits.assignmentBytes);
  if (sha256(text) !== hash) {
    throw new HoldfastError('policy.untrusted', 'An assignment is not what the signed index names.');
  }
  return readAssignment(text);
}

async function apply(
  context: ClientContext,
  policy: Policy,
  assignments: Record<Sha256, Assignment>,
): Promise<void> {
  const now = context.ports.clock.now();
  const { items } = context.journal.state;
  const received = policy.index.assignments
    .filter(({ deploymentId, hash }) => items[deploymentId]?.version !== hash)
    .map(({ deploymentId, hash }): Entry => {
      const assignment = assignments[hash] ?? context.journal.state.assignments[hash];
      const details = { package: assignment ? packageTitle(assignment) : hash };
      const message = { ...messageOf({ name: 'deployment-received', details }, now), deploymentId };
      return { kind: 'status', messages: [message] };
    });
  const { serial, assignments: listed } = policy.index;
  await context.reporter.report(
    { name: 'policy-applied', details: { serial, assignments: listed.length } },
    { kind: 'policy', policy, assignments },
    ...received,
  );
}

/** `PuTTY 0.68` */
export function packageTitle(assignment: Assignment): string {
  return `${assignment.package.name} ${assignment.package.version}`;
}

/** The same bad policy, asked for again at every check-in, is reported once. */
async function refuse(context: ClientContext, error: HoldfastError, body: Sha256): Promise<void> {
  const refusal = `${error.code} ${body}`;
  if (context.journal.state.refusedPolicy === refusal) return;
  await context.reporter.report(
    { name: 'policy-refused', details: { error: error.code, reason: error.message } },
    { kind: 'policy-refused', refusal },
  );
}
