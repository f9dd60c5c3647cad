/** Repair from the site: a deployment that runs the bootstrap over the client of each machine, once. */
import {
  type ClientRepair,
  type ClientRepairCreate,
  type ContentFile,
  HoldfastError,
  sha256,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { findClient } from '../clients/store.ts';
import { invalidateMembers } from '../collections/membership.ts';
import { getCollection, insertCollection } from '../collections/store.ts';
import type { SiteContext } from '../context.ts';
import { withdrawDeployment, writeDeployment } from '../deployments/model.ts';
import { insertPackage, insertProgram } from '../software/store.ts';
import { totalOf } from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';
import { isRepairable, type RepairPlatform, repairFiles, repairPlatforms, repairProgram } from './scripts.ts';
import {
  countPlatforms,
  fillCollection,
  findPackageNamed,
  type RepairTarget,
  removeRepair,
  repairsBefore,
} from './store.ts';

const files = repairPlatforms.map((platform) => {
  const { path, text } = repairFiles[platform];
  return { path, size: Buffer.byteLength(text), sha256: sha256(text), text };
});

/** The version is that of its files: a site that brings others makes a package beside. */
const repairPackage = {
  name: 'Holdfast client repair',
  publisher: 'Holdfast',
  version: sha256(files.map((file) => file.sha256).join()).slice(0, 12),
} as const;

/** Milliseconds after which a repair is withdrawn: a machine that was away for so long needs another look first. */
const longestRepair = 30 * 86_400_000;

async function targetOf(
  db: Kysely<Schema>,
  { clientId, collectionId }: ClientRepairCreate,
): Promise<{ target: RepairTarget; name: string; members: number }> {
  if ((clientId === undefined) === (collectionId === undefined)) {
    throw new HoldfastError('request.invalid', 'Name either a client or a collection.');
  }
  if (clientId !== undefined) {
    const client = await findClient(db, clientId);
    if (!client) throw new HoldfastError('not-found', `There is no client ${clientId}.`);
    return { target: { clientId }, name: client.hostName, members: 1 };
  }
  const collection = await getCollection(db, collectionId ?? '');
  const members = await totalOf(db.selectFrom('collectionMember').where('collectionId', '=', collection.id));
  return { target: { collectionId: collection.id }, name: collection.name, members };
}

/** Stores the files of the package; what is there already is not stored twice. */
async function storeFiles(context: SiteContext): Promise<readonly ContentFile[]> {
  for (const { text } of files) {
    await context.content.add(
      (async function* () {
        yield Buffer.from(text);
      })(),
    );
  }
  return files.map(({ path, size, sha256: hash }) => ({ path, size, sha256: hash }));
}

/** The built-in package, made when it is first needed. */
async function packageId(
  context: SiteContext,
  db: Kysely<Schema>,
  actor: string,
  stored: readonly ContentFile[],
): Promise<string> {
  const known = await findPackageNamed(db, repairPackage);
  if (known !== undefined) return known;
  const row = { id: context.entropy.uuid(), createdAt: context.clock.now(), ...repairPackage };
  await insertPackage(db, row, stored);
  const target = `${row.name} ${row.version} ${row.id}`;
  await audit(context, db, { actor, action: 'package.create', target });
  return row.id;
}

type Part = { readonly platform: RepairPlatform; readonly clients: number };
type Repair = { readonly nonce: string; readonly target: RepairTarget; readonly name: string };

const collectionName = ({ nonce, name }: Repair, { platform }: Part): string =>
  `Repair ${nonce.slice(0, 8)}: ${name.slice(0, 80)} (${platform})`;

/** Collection, program and deployment of one platform. */
async function writePart(
  context: SiteContext,
  db: Kysely<Schema>,
  actor: string,
  repair: Repair & Part & { readonly packageId: string },
): Promise<ClientRepair['deployments'][number] & { collectionId: string }> {
  const createdAt = context.clock.now();
  const collection = {
    id: context.entropy.uuid(),
    name: collectionName(repair, repair),
    description: 'Machines whose client is repaired; made and removed with the repair.',
    query: null,
    builtIn: 0,
    createdAt,
  };
  await insertCollection(db, collection);
  await fillCollection(db, collection.id, repair.target, repair.platform);
  const definition = repairProgram(repair.platform, repair.nonce);
  const program = {
    id: context.entropy.uuid(),
    packageId: repair.packageId,
    name: definition.name,
    definition: JSON.stringify(definition),
    createdAt,
  };
  await insertProgram(db, program);
  const { id } = await writeDeployment(context, db, actor, {
    programId: program.id,
    collectionId: collection.id,
  });
  return {
    deploymentId: id,
    platform: repair.platform,
    collectionName: collection.name,
    collectionId: collection.id,
    clients: repair.clients,
    command: definition.install,
  };
}

/** Withdraws the repairs whose time is over, and removes what was made for them. */
async function tidy(context: SiteContext, actor: string): Promise<void> {
  const old = await repairsBefore(context.store, repairPackage, context.clock.now() - longestRepair);
  for (const repair of old) {
    await withdrawDeployment(context, actor, repair.deploymentId);
    await context.store.transaction().execute((transaction) => removeRepair(transaction, repair));
    context.live.publish({ kind: 'collection', id: repair.collectionId });
  }
}

/**
 * Repairs the machines that are meant now; whoever joins the collection later is none of them.
 * @param options with `dryRun` nothing is changed, and what would be is answered
 * @throws HoldfastError `not-found`, `request.invalid`; `conflict` where nothing can be repaired
 */
export async function createRepair(
  context: SiteContext,
  actor: string,
  request: ClientRepairCreate,
  { dryRun }: { dryRun: boolean },
): Promise<ClientRepair> {
  const { target, name, members } = await targetOf(context.store, request);
  const repair: Repair = { nonce: context.entropy.uuid(), target, name };
  const counts = await countPlatforms(context.store, target);
  const parts = counts.flatMap(({ platform, clients }): Part[] =>
    isRepairable(platform) ? [{ platform, clients }] : [],
  );
  if (parts.length === 0) {
    throw new HoldfastError('conflict', `${name} has no machine whose client could be repaired.`);
  }
  const leftOut = members - parts.reduce((sum, { clients }) => sum + clients, 0);
  const answer = { nonce: repair.nonce, target: name, leftOut };
  if (dryRun) {
    const deployments = parts.map((part) => ({
      ...part,
      deploymentId: null,
      collectionName: collectionName(repair, part),
      command: repairProgram(part.platform, repair.nonce).install,
    }));
    return { ...answer, deployments };
  }
  await tidy(context, actor);
  const stored = await storeFiles(context);
  const written = await context.store.transaction().execute(async (transaction) => {
    const ownPackage = await packageId(context, transaction, actor, stored);
    const done: Awaited<ReturnType<typeof writePart>>[] = [];
    for (const part of parts) {
      done.push(await writePart(context, transaction, actor, { ...repair, ...part, packageId: ownPackage }));
    }
    await audit(context, transaction, { actor, action: 'client.repair', target: `${name} ${repair.nonce}` });
    return done;
  });
  const deployments: ClientRepair['deployments'] = [];
  for (const { collectionId, ...deployment } of written) {
    await invalidateMembers(context, collectionId);
    context.live.publish({ kind: 'collection', id: collectionId });
    context.live.publish({ kind: 'deployment', id: deployment.deploymentId ?? '' });
    deployments.push(deployment);
  }
  return { ...answer, deployments };
}
