/** Packages of the content store and of software packages: found, described, and held against programs. */
import {
  type ContentFile,
  HoldfastError,
  type InstallerDescription,
  type InstallerFile,
  type InstallerFilesQuery,
  type InstallerPlan,
  type InstallerPlanQuestion,
  type InstallerRows,
  type InstallerRowsQuery,
  type InstallerTables,
  isHoldfastError,
  isInstallerPath,
  type Page,
  type ProgramDefinition,
  type Sha256,
} from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import { contentSizes, filesOf, getPackage } from '../software/store.ts';
import { byNumber, defaultPageLimit, type PageRequest } from '../store/pages.ts';
import { installersNamed } from './commands.ts';
import type { InstallerContent, Part } from './questions.ts';

/** Packages of one software package that are opened when it is made. */
const mostOpened = 64;

const contentOf = ({ path, sha256, size }: ContentFile): InstallerContent => ({ path, sha256, size });

function partOf({ limit, cursor, search }: PageRequest): Part {
  const [from = 0] = byNumber.read(cursor) ?? [];
  return { from: Math.max(0, from), limit: limit ?? defaultPageLimit, search: search ?? '' };
}

function paged<T extends { next: number | null }>(answer: T): Omit<T, 'next'> & { next: string | null } {
  return { ...answer, next: answer.next === null ? null : byNumber.write([answer.next]) };
}

/**
 * What an uploaded file says of itself, before it is in any package.
 * @throws HoldfastError `content.not-found`, `msi.invalid`, `msi.limit`
 */
export async function describeContent(
  context: SiteContext,
  sha256: Sha256,
  path: string,
): Promise<InstallerDescription> {
  const size = (await contentSizes(context.reader, [sha256])).get(sha256);
  if (size === undefined) {
    throw new HoldfastError('content.not-found', 'The site does not have this content.');
  }
  return context.installers.ask({ path, sha256, size }, { about: 'description' });
}

/** @throws HoldfastError `not-found` where the package, or an .msi in it, is not there */
async function installerOf(
  context: SiteContext,
  packageId: string,
  path: string | undefined,
): Promise<InstallerContent> {
  const { name, version } = await getPackage(context.reader, packageId);
  const files = await filesOf(context.reader, packageId);
  const file = files.find((one) => isInstallerPath(one.path) && (path === undefined || one.path === path));
  if (file === undefined) {
    throw new HoldfastError(
      'not-found',
      path === undefined
        ? `${name} ${version} has no Windows Installer package in it.`
        : `${name} ${version} has no Windows Installer package ${path}.`,
    );
  }
  return contentOf(file);
}

/** @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit` */
export async function describePackaged(
  context: SiteContext,
  packageId: string,
  path: string | undefined,
): Promise<InstallerDescription> {
  return context.installers.ask(await installerOf(context, packageId, path), { about: 'description' });
}

/** @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit` */
export async function installerFiles(
  context: SiteContext,
  packageId: string,
  query: InstallerFilesQuery,
): Promise<Page<InstallerFile>> {
  const content = await installerOf(context, packageId, query.path);
  const question = { about: 'files', part: partOf(query), feature: query.feature } as const;
  return paged(await context.installers.ask(content, question));
}

/** @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit` */
export async function installerTables(
  context: SiteContext,
  packageId: string,
  path: string | undefined,
): Promise<InstallerTables> {
  return context.installers.ask(await installerOf(context, packageId, path), { about: 'tables' });
}

/** @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit` */
export async function installerRows(
  context: SiteContext,
  packageId: string,
  table: string,
  query: InstallerRowsQuery,
): Promise<InstallerRows> {
  const content = await installerOf(context, packageId, query.path);
  return paged(await context.installers.ask(content, { about: 'rows', table, part: partOf(query) }));
}

/** @throws HoldfastError `not-found`, `request.invalid`, `msi.invalid`, `msi.limit` */
export async function installerPlan(
  context: SiteContext,
  packageId: string,
  { path, command, machine }: InstallerPlanQuestion,
): Promise<InstallerPlan> {
  const content = await installerOf(context, packageId, path);
  const other =
    machine.state === 'other' ? await installerOf(context, machine.packageId, machine.path) : undefined;
  const now = context.clock.now();
  return context.installers.ask(content, { about: 'plan', command, machine, other, now });
}

/**
 * Opens every Windows Installer package among the files (the first 64).
 * @throws HoldfastError `msi.invalid`, `msi.limit`, with the path of the one that cannot be read
 */
export async function refuseDamaged(context: SiteContext, files: readonly ContentFile[]): Promise<void> {
  for (const file of files.filter(({ path }) => isInstallerPath(path)).slice(0, mostOpened)) {
    try {
      await context.installers.ask(contentOf(file), { about: 'description' });
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'msi.invalid', 'msi.limit')) throw thrown;
      throw new HoldfastError(thrown.code, `${file.path}: ${thrown.message}`, {
        cause: thrown,
        details: { ...thrown.details, path: file.path },
      });
    }
  }
}

/**
 * Refuses a program that could run for ever: its command can change nothing where its detection does not hold.
 * @throws HoldfastError `program.changes-nothing`
 */
export async function refuseLoop(
  context: SiteContext,
  program: ProgramDefinition,
  files: readonly ContentFile[],
): Promise<void> {
  for (const file of installersNamed(program, files)) {
    const { found } = await context.installers.ask(contentOf(file), { about: 'loop', program });
    if (found !== null) {
      throw new HoldfastError('program.changes-nothing', found.reason, { details: { field: found.field } });
    }
  }
}
