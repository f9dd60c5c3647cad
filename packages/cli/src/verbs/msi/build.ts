/** `holdfast msi build`: a package from a description of its product. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import {
  bytesSource,
  fileSource,
  openDatabase,
  openProduct,
  type PackageData,
  writePackage,
} from '@holdfast/msi';
import { type CompiledProduct, compileProduct, type ReadFile, type Spool } from '@holdfast/msi/build';
import type { Disk, Folder, OpenFile } from '@holdfast/ports';
import { bytes, facts, table } from '../../terminal.ts';
import { progressLine } from '../extraction.ts';
import { type Session, text } from '../verb.ts';
import { readDescriptionFile } from './description-file.ts';

/** Source files that are held open at once. */
const mostOpen = 32;
const pieceBytes = 1024 * 1024;

/** Opens what a description names, relative to its own folder; a file is opened when it is read, and few stay open. */
function sourcesIn(folder: string, disk: Disk): AsyncDisposable & { readonly readFile: ReadFile } {
  const open = new Map<string, Promise<OpenFile>>();
  async function opened(path: string): Promise<OpenFile> {
    const known = open.get(path);
    open.delete(path);
    const file =
      known ??
      disk.open(dirname(path)).then(async (parent) => {
        await using inside = parent;
        return await inside.read(basename(path));
      });
    open.set(path, file);
    const [oldest] = open.keys();
    if (open.size > mostOpen && oldest !== undefined) {
      const idle = open.get(oldest);
      open.delete(oldest);
      await (await idle)?.close();
    }
    return file;
  }
  return {
    async readFile(source) {
      const path = await realpath(resolve(folder, source));
      const { size } = await fileSource(await opened(path));
      return { size, read: async (position, length) => (await opened(path)).read(position, length) };
    },
    async [Symbol.asyncDispose]() {
      const files = await Promise.allSettled(open.values());
      for (const file of files) if (file.status === 'fulfilled') await file.value.close();
    },
  };
}

/** Files that are being made in a folder under names of their own: renamed when they are whole, or removed. */
export function partsIn(folder: Folder, output: string) {
  const left = new Set<string>();
  let number = 0;
  return {
    folder,
    /** Makes a file; what an interrupted run left under this name goes. */
    async create(): Promise<{ name: string; file: OpenFile }> {
      number += 1;
      const name = `.${output}.${number}.part`;
      if ((await folder.entry(name)) !== undefined) await folder.remove(name);
      const file = await folder.create(name, { mode: 0o644 });
      left.add(name);
      return { name, file };
    },
    async keep(name: string, target: { folder: Folder; name: string }): Promise<void> {
      await folder.rename(name, target);
      left.delete(name);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const name of left) await folder.remove(name);
    },
  };
}

type Parts = ReturnType<typeof partsIn>;

/** Cabinets go to the folder of the package: that disk has room for them anyway. */
function diskSpool(parts: Parts, opened: AsyncDisposableStack): Spool {
  return async () => {
    const { name, file } = await parts.create();
    return {
      sink: file,
      async source() {
        await file.close();
        return fileSource(opened.use(await parts.folder.read(name)));
      },
    };
  };
}

/** What becomes of cabinets when nothing is to be written. */
const nowhere: Spool = async () => ({
  sink: { write: async () => undefined },
  source: async () => bytesSource(new Uint8Array(0)),
});

/** Reads back what was written: all of its tables, and the product in them. */
async function assertReadable(file: OpenFile, { data, productCode }: CompiledProduct): Promise<void> {
  const database = await openDatabase(await fileSource(file));
  const product = await openProduct(database);
  for (const { name, rows } of data.tables) {
    const found = (await database.table(name)).rows.length;
    if (found !== rows.length) {
      throw new HoldfastError(
        'disk.failed',
        `The table ${name} was read back with ${found} of ${rows.length} rows.`,
      );
    }
  }
  if (product.productCode !== productCode) {
    throw new HoldfastError('disk.failed', 'The package was read back with another product code.');
  }
}

async function copyBeside(parts: Parts, folder: Folder, { beside }: CompiledProduct): Promise<void> {
  for (const { name, content } of beside) {
    const steps = name.split('/');
    await using inside = new AsyncDisposableStack();
    let at = folder;
    for (const step of steps.slice(0, -1)) at = inside.use(await at.folder(step, { create: true }));
    const part = await parts.create();
    await using file = part.file;
    for (let position = 0; position < content.size; position += pieceBytes) {
      await file.write(position, await content.read(position, pieceBytes));
    }
    await file.sync();
    await parts.keep(part.name, { folder: at, name: steps.at(-1) ?? name });
    await at.sync();
  }
}

async function writeAll(parts: Parts, output: string, compiled: CompiledProduct): Promise<number> {
  const { folder } = parts;
  await copyBeside(parts, folder, compiled);
  const part = await parts.create();
  await using file = part.file;
  const size = await writePackage(compiled.data, file);
  await file.sync();
  await file.close();
  await using written = await folder.read(part.name);
  await assertReadable(written, compiled);
  await parts.keep(part.name, { folder, name: output });
  await folder.sync();
  return size;
}

function property(data: PackageData, wanted: string): string | undefined {
  const rows = data.tables.find(({ name }) => name === 'Property')?.rows ?? [];
  const value = rows.find(([name]) => name === wanted)?.[1];
  return typeof value === 'string' ? value : undefined;
}

function answer(
  session: Session,
  compiled: CompiledProduct,
  written: { path: string; size: number } | undefined,
): void {
  const { data, files, beside, productCode, packageCode } = compiled;
  const document = {
    product: {
      name: property(data, 'ProductName'),
      version: property(data, 'ProductVersion'),
      productCode,
      upgradeCode: property(data, 'UpgradeCode'),
    },
    packageCode,
    files,
    tables: data.tables.map(({ name, rows }) => ({ name, rows: rows.length })),
    beside: beside.map(({ name }) => name),
    written: written ?? null,
  };
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const about = facts([
    ['product', document.product.name],
    ['version', document.product.version],
    ['product code', productCode],
    ['upgrade code', document.product.upgradeCode],
    ['package code', packageCode],
    ['files', `${files.length}, ${bytes(total)}`],
    ['beside it', beside.length === 0 ? undefined : beside.length],
    ['written', written === undefined ? undefined : `${written.path}, ${bytes(written.size)}`],
  ]);
  const listed = () =>
    table(
      files,
      [
        { title: 'SIZE', value: (file) => file.size, whole: true },
        { title: 'VERSION', value: (file) => file.version ?? '-' },
        { title: 'ID', value: (file) => file.id },
        { title: 'TARGET', value: (file) => file.target },
      ],
      session.surroundings.columns,
    );
  session.answer(document, () =>
    written === undefined && files.length > 0 ? `${about}\n\n${listed()}` : about,
  );
}

/** Builds a package, or with --dry-run says what would be in it. */
export async function build(session: Session, path: string, options: Record<string, unknown>): Promise<void> {
  const disk = localDisk();
  const described = await readDescriptionFile(path);
  const output = resolve(text(options, 'output') ?? `${basename(path, extname(path))}.msi`);
  await using sources = sourcesIn(dirname(resolve(path)), disk);
  let line: ReturnType<typeof progressLine> | undefined;
  const progress = (total: number) => {
    line = progressLine(session, total, 'building');
    return line.add;
  };
  const compiled = async (spool: Spool) => {
    try {
      return await compileProduct(described.value, sources.readFile, { spool, progress });
    } catch (thrown) {
      throw described.placed(thrown);
    } finally {
      line?.end();
    }
  };
  if (options.dryRun === true) return answer(session, await compiled(nowhere), undefined);
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openOutput(disk, output));
  const name = basename(output);
  const parts = opened.use(partsIn(folder, name));
  const product = await compiled(diskSpool(parts, opened));
  const size = await writeAll(parts, name, product);
  answer(session, product, { path: output, size });
}

async function openOutput(disk: Disk, output: string): Promise<Folder> {
  try {
    return await disk.open(dirname(output));
  } catch (cause) {
    if (!isHoldfastError(cause, 'disk.not-found')) throw cause;
    throw new HoldfastError('disk.not-found', `There is no folder ${dirname(output)} to write to.`, {
      cause,
    });
  }
}
