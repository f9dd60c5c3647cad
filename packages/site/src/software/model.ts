/** Packages and programs: made once, never changed, removed only while nothing of them is deployed. */
import {
  type ContentFile,
  HoldfastError,
  type PackageCreate,
  type PackageDetail,
  type Program,
  type ProgramCreate,
} from '@holdfast/contract';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { deploymentsOf, removeWithdrawn } from '../deployments/store.ts';
import { refuseDamaged, refuseLoop } from '../installer/model.ts';
import {
  contentSizes,
  deletePackage,
  filesOf,
  getPackage,
  getPackageDetail,
  insertPackage,
  insertProgram,
  programOf,
  programsOf,
} from './store.ts';

/** @throws HoldfastError `request.invalid` where two files cannot lie in one folder together */
function refuseClashes(files: readonly ContentFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path)) throw new HoldfastError('request.invalid', `The file ${path} is named twice.`);
    paths.add(path);
  }
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (paths.has(folder)) {
        throw new HoldfastError('request.invalid', `${folder} is a file, and the folder of ${path}.`);
      }
    }
  }
}

/** Content is only ever added: what is there stays. @throws HoldfastError `request.invalid`, `content.not-found` */
async function refuseMissing(context: SiteContext, files: readonly ContentFile[]): Promise<void> {
  const sizes = await contentSizes(context.store, [...new Set(files.map((file) => file.sha256))]);
  for (const file of files) {
    const size = sizes.get(file.sha256);
    if (size === undefined) {
      throw new HoldfastError('content.not-found', `The content of ${file.path} was not uploaded.`, {
        details: { path: file.path, sha256: file.sha256 },
      });
    }
    if (size !== file.size) {
      throw new HoldfastError('request.invalid', `${file.path} has ${size} bytes, not ${file.size}.`);
    }
  }
}

/**
 * @throws HoldfastError `request.invalid`; `content.not-found` where a file was not uploaded before; `msi.*` where an
 * .msi among them is damaged
 */
export async function createPackage(
  context: SiteContext,
  actor: string,
  request: PackageCreate,
): Promise<PackageDetail> {
  refuseClashes(request.files);
  const row = {
    id: context.entropy.uuid(),
    name: request.name,
    version: request.version,
    publisher: request.publisher ?? '',
    createdAt: context.clock.now(),
  };
  await refuseMissing(context, request.files);
  await refuseDamaged(context, request.files);
  await context.store.transaction().execute(async (transaction) => {
    await insertPackage(transaction, row, request.files);
    await audit(context, transaction, {
      actor,
      action: 'package.create',
      target: `${row.name} ${row.version} ${row.id}`,
    });
  });
  context.live.publish({ kind: 'package', id: row.id });
  return getPackageDetail(context.store, row.id);
}

/** @throws HoldfastError `not-found`; `conflict` while something of it is deployed */
export async function removePackage(context: SiteContext, actor: string, id: string): Promise<void> {
  await context.store.transaction().execute(async (transaction) => {
    const row = await getPackage(transaction, id);
    if ((await deploymentsOf(transaction, { packageId: id })) > 0) {
      throw new HoldfastError('conflict', `${row.name} ${row.version} is deployed; withdraw that first.`);
    }
    await removeWithdrawn(transaction, { packageId: id });
    await deletePackage(transaction, id);
    await audit(context, transaction, {
      actor,
      action: 'package.delete',
      target: `${row.name} ${row.version} ${id}`,
    });
  });
  // The withdrawn deployments of it went with it.
  context.live.publish({ kind: 'deployment', id: '*' });
  context.live.publish({ kind: 'package', id });
}

/**
 * @throws HoldfastError `not-found`; `conflict` where the package has a program of this name;
 * `program.changes-nothing` where it could run for ever
 */
export async function createProgram(
  context: SiteContext,
  actor: string,
  packageId: string,
  definition: ProgramCreate,
): Promise<Program> {
  const row = {
    id: context.entropy.uuid(),
    packageId,
    name: definition.name,
    definition: JSON.stringify(definition),
    createdAt: context.clock.now(),
  };
  await refuseLoop(context, definition, await filesOf(context.store, packageId));
  await context.store.transaction().execute(async (transaction) => {
    const { name, version } = await getPackage(transaction, packageId);
    const programs = await programsOf(transaction, packageId);
    if (programs.some((program) => program.name === row.name)) {
      throw new HoldfastError('conflict', `${name} ${version} has a program named ${row.name} already.`);
    }
    await insertProgram(transaction, row);
    await audit(context, transaction, {
      actor,
      action: 'program.create',
      target: `${name} ${version}: ${row.name} ${row.id}`,
    });
  });
  context.live.publish({ kind: 'package', id: packageId });
  return programOf(row);
}
