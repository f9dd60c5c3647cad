/** Finds objects of the site by what an administrator types: an id, or a name. */
import {
  ClientDetail,
  ClientSummary,
  CollectionSummary,
  DeploymentSummary,
  HoldfastError,
  PackageDetail,
  PackageSummary,
  type Page,
  type Program,
  Uuid,
} from '@holdfast/contract';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Api } from '../api.ts';

const uuid = Compile(Uuid);
const isId = (words: string): boolean => uuid.Check(words);
/** Rows that a search for a name looks through. */
const candidates = 500;

/** Rows of a list whose name is exactly this one; refused unless there is one alone. */
async function byName<T extends TSchema>(
  api: Api,
  kind: string,
  path: string,
  row: T,
  words: string,
  search: string,
  matches: (one: Static<T>) => boolean,
  describe: (one: Static<T>) => string,
): Promise<Static<T>> {
  const page: Page<Static<T>> = await api.list(row, path, candidates, { search });
  const found = page.items.filter(matches);
  const [first, second] = found;
  if (first === undefined) {
    throw new HoldfastError('not-found', `There is no ${kind} ${words}.`);
  }
  if (second !== undefined) {
    const some = found.slice(0, 5).map(describe).join('; ');
    throw new HoldfastError('request.invalid', `${words} is the name of several: use an id (${some}).`);
  }
  return first;
}

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Id of a client by id or host name. */
export async function findClient(api: Api, words: string): Promise<ClientDetail> {
  if (isId(words)) return api.get(ClientDetail, `/clients/${words}`);
  const row = await byName(
    api,
    'client',
    '/clients',
    ClientSummary,
    words,
    words,
    (client) => sameText(client.hostName, words) && client.revokedAt === null,
    (client) => `${client.id} ${client.hostName}`,
  );
  return api.get(ClientDetail, `/clients/${row.id}`);
}

export async function findCollection(api: Api, words: string): Promise<CollectionSummary> {
  if (isId(words)) return api.get(CollectionSummary, `/collections/${words}`);
  return byName(
    api,
    'collection',
    '/collections',
    CollectionSummary,
    words,
    words,
    (collection) => sameText(collection.name, words),
    (collection) => `${collection.id} ${collection.name}`,
  );
}

/** A package by id, `name`, or `name@version` where there are several versions. */
export async function findPackage(api: Api, words: string): Promise<PackageDetail> {
  if (isId(words)) return api.get(PackageDetail, `/packages/${words}`);
  const at = words.lastIndexOf('@');
  const [name, version] = at > 0 ? [words.slice(0, at), words.slice(at + 1)] : [words, undefined];
  const row = await byName(
    api,
    'package',
    '/packages',
    PackageSummary,
    words,
    name,
    (one) =>
      sameText(one.name, words) ||
      (version !== undefined && sameText(one.name, name) && one.version === version),
    (one) => `${one.id} ${one.name}@${one.version}`,
  );
  return api.get(PackageDetail, `/packages/${row.id}`);
}

/** The program of this name or id; the only one of the package where none is named. */
export function chooseProgram(detail: PackageDetail, words: string | undefined): Program {
  const programs = detail.programList;
  const found =
    words === undefined
      ? programs
      : programs.filter((program) => program.id === words || sameText(program.name, words));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const names = programs.map((program) => program.name).join(', ') || 'none';
  throw new HoldfastError(
    first === undefined ? 'not-found' : 'request.invalid',
    words === undefined
      ? `Name one program of ${detail.name} with --program (it has: ${names}).`
      : `${detail.name} has no single program ${words} (it has: ${names}).`,
  );
}

/** A deployment by id, or by the package that it deploys where there is one alone. */
export async function findDeployment(api: Api, words: string): Promise<DeploymentSummary> {
  if (isId(words)) return api.get(DeploymentSummary, `/deployments/${words}`);
  return byName(
    api,
    'deployment',
    '/deployments',
    DeploymentSummary,
    words,
    words,
    (one) => sameText(one.packageName, words) && one.withdrawnAt === null,
    (one) => `${one.id} ${one.packageName}@${one.packageVersion} to ${one.collectionName}`,
  );
}
