/** `holdfast cab`: what is in a cabinet, whether it is sound, and its files. */
import { basename, dirname, resolve } from 'node:path';
import { localDisk } from '@holdfast/machine';
import {
  type CabinetFile,
  type CabinetSet,
  fileSource,
  openCabinetSet,
  safePaths,
  unpack,
} from '@holdfast/msi';
import type { Disk } from '@holdfast/ports';
import type { Command } from 'commander';
import { bytes, facts, plain, type Surroundings, table } from '../terminal.ts';
import { extractAll, openTarget, progressLine, refuseExisting, type Unpacked } from './extraction.ts';
import { argument, localVerb, runLocal, type Session, text } from './verb.ts';

/** Opens a cabinet with the neighbours that lie beside it, and closes all of them after `work`. */
async function withCabinet(
  path: string,
  disk: Disk,
  work: (set: CabinetSet) => Promise<void>,
): Promise<void> {
  const whole = resolve(path);
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await disk.open(dirname(whole)));
  const open = async (name: string) => fileSource(opened.use(await folder.read(name)));
  let beside: readonly string[] | undefined;
  const set = await openCabinetSet(await open(basename(whole)), async (name) => {
    beside ??= (await folder.list()).filter((entry) => entry.kind === 'file').map((entry) => entry.name);
    const found = beside.find((one) => one.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : open(found);
  });
  await work(set);
}

const unpackedBytes = (set: CabinetSet) => set.files.reduce((sum, file) => sum + file.size, 0);

function compressionName(set: CabinetSet, file: CabinetFile): string {
  const compression = set.folders[file.folder]?.compression;
  if (compression === undefined) return '-';
  return compression.kind === 'lzx' ? `lzx:${compression.windowBits}` : compression.kind;
}

function described(set: CabinetSet) {
  const files = set.files.map((file) => ({
    name: file.name,
    size: file.size,
    modified: file.modified ?? null,
    attributes: file.attributes,
    compression: compressionName(set, file),
    complete: file.complete,
  }));
  return {
    setId: set.cabinets[0]?.setId ?? 0,
    cabinets: set.cabinets.length,
    missing: set.missing,
    size: set.cabinets.reduce((sum, cabinet) => sum + cabinet.size, 0),
    unpacked: unpackedBytes(set),
    files,
  };
}

async function list(session: Session, path: string, disk: Disk): Promise<void> {
  await withCabinet(path, disk, async (set) => {
    const document = described(set);
    session.answer(document, () =>
      table(
        document.files,
        [
          { title: 'SIZE', value: (file) => file.size, whole: true },
          { title: 'MODIFIED', value: (file) => file.modified?.replace('T', ' ') ?? '-', whole: true },
          { title: 'PACKED', value: (file) => file.compression, whole: true },
          { title: 'FILE', value: (file) => file.name },
        ],
        session.surroundings.columns,
      ),
    );
    if (set.missing.length > 0) session.note(`missing of the set: ${plain(set.missing.join(', '))}`);
  });
}

async function test(session: Session, path: string, disk: Disk): Promise<void> {
  await withCabinet(path, disk, async (set) => {
    const progress = progressLine(session, unpackedBytes(set), 'testing');
    for await (const { files, content } of unpack(set)) {
      for await (const piece of content) progress.add(piece.length * files.length);
    }
    progress.end();
    const { files, unpacked } = described(set);
    session.answer({ sound: true, files: files.length, bytes: unpacked }, () =>
      facts([
        ['sound', basename(path)],
        ['files', `${files.length}, ${bytes(unpacked)}`],
      ]),
    );
  });
}

/** The files of a set, with the paths that they get. */
async function* unpackedTo(
  set: CabinetSet,
  pathOf: ReadonlyMap<CabinetFile, readonly string[]>,
): AsyncGenerator<Unpacked> {
  for await (const { files, content } of unpack(set)) {
    const paths = files.map((file) => pathOf.get(file) ?? []);
    yield { paths, size: files[0]?.size ?? 0, content };
  }
}

async function extract(
  session: Session,
  path: string,
  disk: Disk,
  options: Record<string, unknown>,
): Promise<void> {
  const overwrite = options.overwrite === true;
  const directory = resolve(text(options, 'directory') ?? '.');
  await withCabinet(path, disk, async (set) => {
    const paths = safePaths(set.files.map((file) => file.name));
    const pathOf = new Map(set.files.map((file, index) => [file, paths[index] ?? []]));
    await using target = await openTarget(disk, directory);
    if (!overwrite) await refuseExisting(target, paths);
    const progress = progressLine(session, unpackedBytes(set), 'extracting');
    await extractAll(target, unpackedTo(set, pathOf), overwrite, progress.add);
    progress.end();
    const { files, unpacked } = described(set);
    session.answer({ folder: directory, files: files.length, bytes: unpacked }, () =>
      facts([
        ['extracted', `${files.length} files, ${bytes(unpacked)}`],
        ['folder', directory],
      ]),
    );
  });
}

export function cabinetVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('cab').description('cabinet files, alone or in sets');
  const disk = localDisk();

  const listVerb = localVerb(noun, 'list <file>', 'list the files of a cabinet', [
    'cab list vcredis1.cab',
    'cab list data1.cab --json',
  ]);
  runLocal(listVerb, surroundings, (session, values) => list(session, argument(values, 0), disk));

  const testVerb = localVerb(noun, 'test <file>', 'unpack everything and write nothing', [
    'cab test vcredis1.cab',
    'cab test data1.cab --json',
  ]);
  runLocal(testVerb, surroundings, (session, values) => test(session, argument(values, 0), disk));

  const extractVerb = localVerb(
    noun,
    'extract <file>',
    'extract the files of a cabinet, or of its whole set',
    ['cab extract vcredis1.cab -C redist', 'cab extract data1.cab -C out --overwrite --json'],
  )
    .option('-C, --directory <folder>', 'folder to extract to; made if it is missing (default: this one)')
    .option('--overwrite', 'replace files that exist; without it nothing is written where one does');
  runLocal(extractVerb, surroundings, (session, values, options) =>
    extract(session, argument(values, 0), disk, options),
  );
}
