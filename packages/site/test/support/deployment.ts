/** A deployment to all clients, as rows: for tests that care only for what is told of it. */
import type { TestSite } from './site.ts';

/** @returns its id */
export async function insertDeployment({ running }: TestSite): Promise<string> {
  const { store, entropy } = running.context;
  const [packageId, programId, id] = [entropy.uuid(), entropy.uuid(), entropy.uuid()];
  const hash = 'a'.repeat(64);
  const { collectionId } = await store
    .selectFrom('collection')
    .select('id as collectionId')
    .where('builtIn', '=', 1)
    .executeTakeFirstOrThrow();
  await store
    .insertInto('package')
    .values({ id: packageId, name: 'p', version: '1', publisher: '', createdAt: 1 })
    .execute();
  await store
    .insertInto('program')
    .values({ id: programId, packageId, name: 'i', definition: '{}', createdAt: 1 })
    .execute();
  await store.insertInto('assignment').values({ hash, body: '{}' }).execute();
  await store
    .insertInto('deployment')
    .values({
      id,
      programId,
      collectionId,
      intent: 'install',
      purpose: 'required',
      availableAt: null,
      deadlineAt: null,
      createdAt: 1,
      createdBy: 'test',
      withdrawnAt: null,
      assignmentHash: hash,
    })
    .execute();
  return id;
}
