/** The demonstration's objects at the site, made over its API; what is there from an earlier start is taken. */
import {
  ApiKeySummary,
  CollectionSummary,
  DeploymentDetail,
  DeploymentSummary,
  PackageDetail,
  PackageSummary,
  Program,
  TokenCreated,
} from '@holdfast/contract';
import type { Api } from '../api.ts';
import { localFiles, upload } from '../software/content.ts';
import { buildSample, sampleName, sampleVersion } from './sample.ts';

export const demoName = 'Demonstration';
const rows = 500;
/** Seconds: the token is used at once. */
const tokenLifetime = 600;

/** Keys of earlier starts are of no use any more: their text is gone. */
export async function removeOldKeys(api: Api): Promise<void> {
  const keys = await api.list(ApiKeySummary, '/api-keys', rows);
  const old = keys.items
    .filter((key) => key.name === demoName)
    .sort((one, other) => one.createdAt - other.createdAt);
  for (const key of old.slice(0, -1)) await api.change('DELETE', `/api-keys/${key.id}`);
}

export async function createToken(api: Api): Promise<string> {
  const created = await api.send(TokenCreated, 'POST', '/tokens', {
    label: demoName,
    maxUses: 1,
    lifetimeSeconds: tokenLifetime,
  });
  return created.token;
}

export async function demoCollection(api: Api): Promise<CollectionSummary> {
  const found = await api.list(CollectionSummary, '/collections', rows, { search: demoName });
  return (
    found.items.find((collection) => collection.name === demoName) ??
    (await api.send(CollectionSummary, 'POST', '/collections', {
      name: demoName,
      description: 'The client of the demonstration.',
      query: null,
    }))
  );
}

/** The sample with its program; built in `folder` and uploaded where the site does not have it. */
export async function demoProgram(
  api: Api,
  folder: string,
): Promise<{ program: Program; detail: PackageDetail; known: boolean }> {
  const found = await api.list(PackageSummary, '/packages', rows, { search: sampleName });
  const known = found.items.find((one) => one.name === sampleName && one.version === sampleVersion);
  if (known) {
    const detail = await api.get(PackageDetail, `/packages/${known.id}`);
    const [program] = detail.programList;
    if (program) return { program, detail, known: true };
  }
  const sample = await buildSample(folder);
  const files = await localFiles(sample.file);
  await upload(api, files, () => undefined);
  const { id } =
    known ??
    (await api.send(PackageSummary, 'POST', '/packages', {
      name: sampleName,
      version: sampleVersion,
      publisher: 'Holdfast',
      files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    }));
  const program = await api.send(Program, 'POST', `/packages/${id}/programs`, sample.program);
  return { program, detail: await api.get(PackageDetail, `/packages/${id}`), known: false };
}

export async function demoDeployment(
  api: Api,
  programId: string,
  collectionId: string,
): Promise<DeploymentSummary> {
  const found = await api.list(DeploymentSummary, '/deployments', rows, { search: sampleName });
  return (
    found.items.find(
      (one) => one.programId === programId && one.collectionId === collectionId && one.withdrawnAt === null,
    ) ??
    (await api.send(DeploymentDetail, 'POST', '/deployments', {
      programId,
      collectionId,
      intent: 'install',
      purpose: 'required',
      availableAt: null,
      deadlineAt: null,
    }))
  );
}
