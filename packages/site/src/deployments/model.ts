/** Deployments: a program for a collection, written as an immutable assignment that its clients fetch by hash. */
import {
  type Assignment,
  type DeploymentCreate,
  type DeploymentDetail,
  HoldfastError,
  sha256,
  wireLimits,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { invalidateMembers } from '../collections/membership.ts';
import { getCollection } from '../collections/store.ts';
import type { SiteContext } from '../context.ts';
import { refuseLoop } from '../installer/model.ts';
import { definitionOf, filesOf, getPackage, getProgram } from '../software/store.ts';
import type { Schema } from '../store/schema.ts';
import { getDeployment, getDeploymentDetail, insertDeployment, markWithdrawn } from './store.ts';

/** The assignment of a request, from the rows as they are in this transaction. */
async function assignmentOf(
  db: Kysely<Schema>,
  deploymentId: string,
  request: DeploymentCreate,
): Promise<Assignment> {
  const program = await getProgram(db, request.programId);
  const definition = definitionOf(program);
  const intent = request.intent ?? 'install';
  if (intent === 'uninstall' && definition.uninstall === undefined) {
    throw new HoldfastError('request.invalid', `${program.name} has no command that uninstalls it.`, {
      details: { field: 'intent' },
    });
  }
  const availableAt = request.availableAt ?? null;
  const deadlineAt = request.deadlineAt ?? null;
  if (availableAt !== null && deadlineAt !== null && deadlineAt < availableAt) {
    throw new HoldfastError(
      'request.invalid',
      'The deadline is before the time from which it is available.',
      {
        details: { field: 'deadlineAt' },
      },
    );
  }
  const { id, name, version } = await getPackage(db, program.packageId);
  return {
    deploymentId,
    intent,
    purpose: request.purpose ?? 'required',
    availableAt,
    deadlineAt,
    package: { id, name, version },
    program: { id: program.id, ...definition },
    content: await filesOf(db, id),
  };
}

/**
 * Writes the deployment and its assignment in a transaction, and answers it as it then stands. Who commits it tells the
 * clients: `invalidateMembers`.
 */
export async function writeDeployment(
  context: SiteContext,
  db: Kysely<Schema>,
  actor: string,
  request: DeploymentCreate,
): Promise<DeploymentDetail> {
  const collection = await getCollection(db, request.collectionId);
  const id = context.entropy.uuid();
  const assignment = await assignmentOf(db, id, request);
  const body = JSON.stringify(assignment);
  if (Buffer.byteLength(body) > wireLimits.assignmentBytes) {
    throw new HoldfastError('request.too-large', 'The package has too many files for one assignment.');
  }
  const hash = sha256(body);
  await insertDeployment(
    db,
    {
      id,
      programId: request.programId,
      collectionId: collection.id,
      intent: assignment.intent,
      purpose: assignment.purpose,
      availableAt: assignment.availableAt,
      deadlineAt: assignment.deadlineAt,
      createdAt: context.clock.now(),
      createdBy: actor,
      withdrawnAt: null,
      assignmentHash: hash,
    },
    { hash, body },
  );
  const { name, version } = assignment.package;
  await audit(context, db, {
    actor,
    action: 'deployment.create',
    target: `${name} ${version} ${assignment.program.name} to ${collection.name} ${id}`,
  });
  return getDeploymentDetail(db, id);
}

/** Programs from before the site looked for loops are looked at when they are deployed. */
async function refuseLoopingProgram(context: SiteContext, request: DeploymentCreate): Promise<void> {
  if (request.intent === 'uninstall') return;
  const program = await getProgram(context.store, request.programId);
  await refuseLoop(context, definitionOf(program), await filesOf(context.store, program.packageId));
}

/**
 * @param options with `dryRun` everything is checked and answered the same, and nothing is changed
 * @throws HoldfastError `not-found`, `request.invalid`, `request.too-large`, `program.changes-nothing`
 */
export async function createDeployment(
  context: SiteContext,
  actor: string,
  request: DeploymentCreate,
  options: { dryRun: boolean },
): Promise<DeploymentDetail> {
  await refuseLoopingProgram(context, request);
  const transaction = await context.store.startTransaction().execute();
  let detail: DeploymentDetail;
  try {
    detail = await writeDeployment(context, transaction, actor, request);
    if (!options.dryRun) await transaction.commit().execute();
  } finally {
    // A commit that failed holds its connection until this: with SQLite, the only one.
    if (!transaction.isCommitted) await transaction.rollback().execute();
  }
  if (options.dryRun) return detail;
  await invalidateMembers(context, request.collectionId);
  context.live.publish({ kind: 'deployment', id: detail.id });
  return detail;
}

/** Clients stop enforcing it at their next check-in; what they did stays done. @throws HoldfastError `not-found` */
export async function withdrawDeployment(context: SiteContext, actor: string, id: string): Promise<void> {
  const { collectionId } = await context.store.transaction().execute(async (transaction) => {
    const deployment = await getDeployment(transaction, id);
    if (deployment.withdrawnAt === null) {
      await markWithdrawn(transaction, id, context.clock.now());
      await audit(context, transaction, { actor, action: 'deployment.withdraw', target: id });
    }
    return deployment;
  });
  await invalidateMembers(context, collectionId);
  context.live.publish({ kind: 'deployment', id });
}
