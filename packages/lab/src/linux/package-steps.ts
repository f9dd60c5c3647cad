/** What dpkg does to one package, and what it notes before each step: unpack, configure, remove. */
import { createHash } from 'node:crypto';
import { HoldfastError } from '@holdfast/contract';
import { removeIfThere } from '@holdfast/engine';
import { type PackageRecord, type PackageStatus, type Paragraph, paragraphText } from './control.ts';
import { type Database, listOf, writeInfo } from './database.ts';
import { type DebianPackage, readDeb } from './deb.ts';
import { dropControl, extract, keepControl, removeBackups, removePaths, type System } from './files.ts';

export type Work = {
  readonly system: System;
  readonly database: Database;
  print(text: string): void;
  unpackPause(): Promise<void>;
  configurePause(): Promise<void>;
};

/** Fields of a control file that the database keeps elsewhere. */
const ownFields = ['Package'];

/** Lays a package out in place of the version that is there. Answers its name. */
export async function unpack(work: Work, archive: string, bytes: Uint8Array): Promise<string> {
  const { database, print } = work;
  const deb = readDeb(bytes);
  const name = deb.control.get('Package') ?? '';
  const version = deb.control.get('Version') ?? '';
  if (name === '' || version === '') {
    throw new HoldfastError('request.invalid', 'missing package name or version in its control file');
  }
  await keepControl(database.admin, paragraphText(deb.control));
  const old = database.packages.get(name);
  if (old === undefined) print(`Selecting previously unselected package ${name}.\n`);
  print(`Preparing to unpack ${archive} ...\n`);
  const before = await begun(work, old, name, deb.control);
  print(`Unpacking ${name} (${version})${old ? ` over (${old.fields.get('Version') ?? ''})` : ''} ...\n`);
  await extract(work.system, deb.files, work.unpackPause);
  if (before.status.state === 'half-installed' && old !== undefined) await database.note(before);
  await removePaths(work.system, await obsolete(database, name, deb));
  await writeInfo(database, `${name}.list`, listText(deb));
  await writeInfo(database, `${name}.md5sums`, sumsText(deb));
  const fields = new Map(deb.control);
  for (const own of ownFields) fields.delete(own);
  const unpacked = { name, fields, configured: before.configured, status: status('unpacked', 'reinstreq') };
  await database.note(unpacked);
  await removeBackups(work.system, deb.files);
  await database.note({ ...unpacked, status: status('unpacked') });
  await dropControl(database.admin);
  return name;
}

/** The notes before the first file: a package that was whole is taken apart step by step. Answers the last of them. */
async function begun(
  { database }: Work,
  old: PackageRecord | undefined,
  name: string,
  control: Paragraph,
): Promise<PackageRecord> {
  const state = old?.status.state;
  if (old && (state === 'installed' || state === 'half-configured')) {
    const configured = state === 'installed' ? old.fields.get('Version') : old.configured;
    const known = { ...old, configured };
    await database.note({ ...known, status: status('half-configured', 'reinstreq') });
    await database.note({ ...known, status: status('unpacked', 'reinstreq') });
    return await half(database, known);
  }
  if (old) return await half(database, old);
  const kept = ['Architecture', 'Version'].flatMap((field) => {
    const value = control.get(field);
    return value === undefined ? [] : [[field, value] as const];
  });
  return await half(database, {
    name,
    fields: new Map(kept),
    configured: undefined,
    status: status('half-installed'),
  });
}

async function half(database: Database, record: PackageRecord): Promise<PackageRecord> {
  const noted = { ...record, status: status('half-installed', 'reinstreq') };
  await database.note(noted);
  return noted;
}

function status(
  state: PackageStatus['state'],
  flag: PackageStatus['flag'] = 'ok',
  want: PackageStatus['want'] = 'install',
): PackageStatus {
  return { want, flag, state };
}

/** Paths of the version before that the new one does not have. */
async function obsolete(
  database: Database,
  name: string,
  { files }: DebianPackage,
): Promise<readonly string[]> {
  const kept = new Set(files.map(({ path }) => path));
  return (await listOf(database, name)).filter((path) => !kept.has(path));
}

function listText({ files }: DebianPackage): string {
  return ['/.', ...files.map(({ path }) => path)].map((path) => `${path}\n`).join('');
}

function sumsText({ files }: DebianPackage): string {
  return files
    .flatMap(({ path, content }) =>
      content ? [`${createHash('md5').update(content).digest('hex')}  ${path.slice(1)}\n`] : [],
    )
    .join('');
}

/** @throws HoldfastError `request.invalid` for a package that is not unpacked */
export async function configure({ database, print, configurePause }: Work, name: string): Promise<string> {
  const record = database.packages.get(name);
  const state = record?.status.state;
  if (!record || (state !== 'unpacked' && state !== 'half-configured') || record.status.flag !== 'ok') {
    const why =
      state === 'installed' ? 'is already installed and configured' : 'is not ready for configuration';
    throw new HoldfastError('request.invalid', `package ${name} ${why}`);
  }
  print(`Setting up ${name} (${record.fields.get('Version') ?? ''}) ...\n`);
  await database.note({ ...record, status: status('unpacked') });
  await database.note({ ...record, status: status('half-configured') });
  await configurePause();
  await database.note({ ...record, status: status('installed'), configured: undefined });
  return name;
}

/** Without conffiles nothing is left of a package that is removed: to remove it is to purge it. */
export async function remove({ system, database, print }: Work, name: string): Promise<string | undefined> {
  const record = database.packages.get(name);
  if (!record || record.status.state === 'not-installed') {
    print(`dpkg: warning: ignoring request to remove ${name} which isn't installed\n`);
    return undefined;
  }
  const version = record.fields.get('Version');
  const known = { ...record, configured: version };
  const leaving = (state: PackageStatus['state']) => status(state, 'ok', 'deinstall');
  await database.note({ ...record, status: { ...record.status, want: 'deinstall' } });
  print(`Removing ${name} (${version ?? ''}) ...\n`);
  await database.note({ ...known, status: leaving('half-configured') });
  await database.note({ ...known, status: leaving('half-installed') });
  await removePaths(system, await listOf(database, name));
  await writeInfo(database, `${name}.list`, '/.\n');
  await removeIfThere(database.info, `${name}.md5sums`);
  await database.info.sync();
  await database.note({ ...known, status: leaving('config-files') });
  await database.note({ ...record, status: status('config-files', 'ok', 'purge') });
  await removeIfThere(database.info, `${name}.list`);
  await database.info.sync();
  const architecture = record.fields.get('Architecture');
  const fields = new Map(architecture === undefined ? [] : [['Architecture', architecture]]);
  const gone = { name, fields, configured: undefined, status: status('not-installed', 'ok', 'unknown') };
  await database.note(gone);
  return name;
}
