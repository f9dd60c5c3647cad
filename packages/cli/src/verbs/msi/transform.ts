/** `holdfast msi transform`: what makes one package out of another, as a transform for msiexec. */
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { localDisk } from '@holdfast/machine';
import {
  applyTransform,
  createTransform,
  type Database,
  fileSource,
  openTransform,
  type StorageContent,
  validations,
  writeTransform,
} from '@holdfast/msi';
import { bytes, facts } from '../../terminal.ts';
import { type Session, text } from '../verb.ts';
import { partsIn } from './build.ts';
import { withPackage } from './open.ts';

/** Writes it, applies what was written, and only then gives it its name. */
async function writeChecked(base: Database, transform: StorageContent, path: string) {
  await mkdir(dirname(path), { recursive: true });
  await using folder = await localDisk().open(await realpath(dirname(path)));
  await using parts = partsIn(folder, basename(path));
  const part = await parts.create();
  await using file = part.file;
  const size = await writeTransform(transform, file);
  await file.sync();
  await file.close();
  await using written = await folder.read(part.name);
  const opened = await openTransform(await fileSource(written));
  await applyTransform(base, opened);
  await parts.keep(part.name, { folder, name: basename(path) });
  await folder.sync();
  return { size, tables: opened.tables, streams: opened.streams.map(({ name }) => name) };
}

export async function transform(
  session: Session,
  before: string,
  after: string,
  options: Record<string, unknown>,
): Promise<void> {
  const path = resolve(text(options, 'output') ?? `${basename(after, extname(after))}.mst`);
  const validate = options.any === true ? 0 : validations.product;
  const made = await withPackage(before, (base) =>
    withPackage(after, async (target) =>
      writeChecked(base, await createTransform(base, target, { validate }), path),
    ),
  );
  session.answer({ path, ...made }, () =>
    facts([
      ['written', `${path}, ${bytes(made.size)}`],
      ['tables', made.tables.join(', ') || 'none: the packages are the same'],
      ['streams', made.streams.join(', ') || undefined],
    ]),
  );
}
