/** Rows of packages, their files and their programs. */
import {
  type ContentFile,
  HoldfastError,
  type PackageDetail,
  type PackageSummary,
  type Page,
  type Program,
  type ProgramDefinition,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import {
  after,
  byName,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { PackageRow, ProgramRow, Schema } from '../store/schema.ts';

/** Rows of one statement: below the limit of parameters of both databases. */
const rowsPerStatement = 500;

/** @throws HoldfastError `not-found` */
export async function getPackage(db: Kysely<Schema>, id: string): Promise<PackageRow> {
  const row = await db.selectFrom('package').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no package ${id}.`);
  return row;
}

/** @throws HoldfastError `not-found` */
export async function getProgram(db: Kysely<Schema>, id: string): Promise<ProgramRow> {
  const row = await db.selectFrom('program').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no program ${id}.`);
  return row;
}

export function definitionOf(row: Pick<ProgramRow, 'definition'>): ProgramDefinition {
  return JSON.parse(row.definition) as ProgramDefinition;
}

export function programOf(row: ProgramRow): Program {
  return { id: row.id, packageId: row.packageId, createdAt: row.createdAt, ...definitionOf(row) };
}

export async function programsOf(db: Kysely<Schema>, packageId: string): Promise<ProgramRow[]> {
  return db
    .selectFrom('program')
    .selectAll()
    .where('packageId', '=', packageId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

export async function filesOf(db: Kysely<Schema>, packageId: string): Promise<ContentFile[]> {
  return db
    .selectFrom('packageFile')
    .select(['path', 'size', 'sha256'])
    .where('packageId', '=', packageId)
    .orderBy('path')
    .execute();
}

function summaries(db: Kysely<Schema>) {
  return db.selectFrom('package').select((eb) => [
    'package.id',
    'package.name',
    'package.version',
    'package.publisher',
    'package.createdAt',
    eb
      .selectFrom('packageFile')
      .select((file) => file.fn.countAll<number>().as('count'))
      .whereRef('packageFile.packageId', '=', 'package.id')
      .as('files'),
    eb
      .selectFrom('packageFile')
      .select((file) => file.fn.sum<number>('packageFile.size').as('sum'))
      .whereRef('packageFile.packageId', '=', 'package.id')
      .as('bytes'),
    eb
      .selectFrom('program')
      .select((program) => program.fn.countAll<number>().as('count'))
      .whereRef('program.packageId', '=', 'package.id')
      .as('programs'),
  ]);
}

type SummaryRow = PackageRow & { files: number | null; bytes: number | null; programs: number | null };

function packageSummary(row: SummaryRow): PackageSummary {
  return { ...row, files: Number(row.files), bytes: Number(row.bytes), programs: Number(row.programs) };
}

/** @throws HoldfastError `not-found` */
export async function getPackageDetail(db: Kysely<Schema>, id: string): Promise<PackageDetail> {
  const row = await summaries(db).where('package.id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no package ${id}.`);
  const programs = await programsOf(db, id);
  return { ...packageSummary(row), contents: await filesOf(db, id), programList: programs.map(programOf) };
}

/** Packages by name; searches names and publishers. */
export async function listPackages(db: Kysely<Schema>, request: PageRequest): Promise<Page<PackageSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const found = contains(['package.name', 'package.publisher'], request.search ?? '');
  const rows = await summaries(db)
    .$if(!!request.search, (query) => query.where(found))
    .$if(place !== undefined, (query) =>
      query.where(after(['package.name', 'package.id'], place ?? ['', ''])),
    )
    .orderBy('package.name')
    .orderBy('package.id')
    .limit(limit + 1)
    .execute();
  const counted = db.selectFrom('package').$if(!!request.search, (query) => query.where(found));
  return pageOf(
    { rows, limit, total: await totalOf(counted) },
    { order: byName, place: (row) => [row.name, row.id], item: packageSummary },
  );
}

/** Lengths of the content that the site has, by hash. */
export async function contentSizes(
  db: Kysely<Schema>,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (let start = 0; start < hashes.length; start += rowsPerStatement) {
    const rows = await db
      .selectFrom('content')
      .select(['sha256', 'size'])
      .where('sha256', 'in', hashes.slice(start, start + rowsPerStatement))
      .execute();
    for (const row of rows) sizes.set(row.sha256, row.size);
  }
  return sizes;
}

export async function insertPackage(
  db: Kysely<Schema>,
  row: PackageRow,
  files: readonly ContentFile[],
): Promise<void> {
  await db.insertInto('package').values(row).execute();
  for (let start = 0; start < files.length; start += rowsPerStatement) {
    await db
      .insertInto('packageFile')
      .values(files.slice(start, start + rowsPerStatement).map((file) => ({ packageId: row.id, ...file })))
      .execute();
  }
}

export async function insertProgram(db: Kysely<Schema>, row: ProgramRow): Promise<void> {
  await db.insertInto('program').values(row).execute();
}

/** The package with its files and programs. Nothing may be deployed of it. */
export async function deletePackage(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('program').where('packageId', '=', id).execute();
  await db.deleteFrom('packageFile').where('packageId', '=', id).execute();
  await db.deleteFrom('package').where('id', '=', id).execute();
}
