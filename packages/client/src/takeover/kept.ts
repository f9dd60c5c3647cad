/** What is kept of a foreign remote control until it is certain that nobody needs it: its files, and which services ran. */
import { createHash } from 'node:crypto';
import {
  HoldfastError,
  isHoldfastError,
  RemoteControlFile,
  Sha256,
  type TakeoverRule,
  type Uuid,
} from '@holdfast/contract';
import {
  chunksOf,
  hashFile,
  openPath,
  readWhole,
  removeIfThere,
  removeTree,
  replaceFile,
  withOpen,
} from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import * as Type from 'typebox';
import { jsonReader } from '../site.ts';
import { locate } from '../software/detect.ts';
import { type Looking, placeOf } from './recognize.ts';

/** Folder in the state folder: what is kept, by takeover, and the journal of the work. */
export const takeoverFolder = 'takeover';

const indexName = 'kept.json';
const indexLimit = 1024 * 1024;
/** Bytes of all files of one agent. */
const keptLimit = 512 * 1024 * 1024;

const Kept = Type.Object({
  /** Services that ran. */
  services: Type.Array(Type.String()),
  files: Type.Array(Type.Object({ ...RemoteControlFile.properties, name: Type.String(), sha256: Sha256 })),
});
type Kept = Type.Static<typeof Kept>;
const readKept = jsonReader(Kept, 'list of what is kept');

/** Permission bits, where the disk has them. */
const modes = { program: 0o755, private: 0o600, shared: 0o644 } as const;

/** Uses the folder of one takeover; undefined where there is none. */
export async function withKept<Result>(
  { folder }: Looking,
  takeoverId: Uuid,
  use: (kept: Folder) => Promise<Result>,
): Promise<Result | undefined> {
  if ((await folder.entry(takeoverFolder))?.kind !== 'folder') return undefined;
  return await withOpen(folder.folder(takeoverFolder), async (all) =>
    (await all.entry(takeoverId))?.kind === 'folder'
      ? await withOpen(all.folder(takeoverId), use)
      : undefined,
  );
}

/** The same; it is made where there is none. */
export async function makeKept(
  { folder }: Looking,
  takeoverId: Uuid,
  use: (kept: Folder) => Promise<void>,
): Promise<void> {
  await withOpen(openPath(folder, [takeoverFolder, takeoverId], { create: true }), use);
}

/** Copies the files and writes down which services run; the list, written last, makes it count. @throws HoldfastError `disk.*`, `system.*` */
export async function keep(looking: Looking, rule: TakeoverRule, kept: Folder): Promise<void> {
  const services: string[] = [];
  for (const service of rule.remoteControl.services) {
    if ((await looking.ports.services?.state(service)) === 'running') services.push(service);
  }
  const files: Kept['files'][number][] = [];
  let bytes = 0;
  for (const [index, file] of rule.remoteControl.files.entries()) {
    const name = `file-${index}`;
    const copied = await inPlace(looking, rule, file.path, {}, (folder, own) =>
      copyFile({ folder, name: own }, { folder: kept, name }, modes.private, keptLimit - bytes),
    );
    // What is not there need not be put back.
    if (!copied) continue;
    bytes += copied.size;
    files.push({ ...file, name, sha256: copied.sha256 });
  }
  await replaceFile(kept, indexName, Buffer.from(JSON.stringify({ services, files }), 'utf8'));
}

/** Undefined where nothing is kept, or what is kept is not whole. @throws HoldfastError `disk.*` */
export async function wholeKept(kept: Folder): Promise<Kept | undefined> {
  if ((await kept.entry(indexName))?.kind !== 'file') return undefined;
  let list: Kept;
  try {
    list = readKept(Buffer.from(await readWhole(kept, indexName, indexLimit)).toString('utf8'));
  } catch (thrown) {
    if (isHoldfastError(thrown, 'network.response-invalid')) return undefined;
    throw thrown;
  }
  for (const { name, sha256 } of list.files) {
    if ((await kept.entry(name))?.kind !== 'file') return undefined;
    if ((await hashFile(kept, name)).sha256 !== sha256) return undefined;
  }
  // An earlier life may have ended before its names were durable: they are about to be relied on.
  await kept.sync();
  return list;
}

/** Lays down again what is not as it was kept. @throws HoldfastError `disk.*` */
export async function layDown(looking: Looking, rule: TakeoverRule, kept: Folder, list: Kept): Promise<void> {
  for (const { path, name, sha256, as } of list.files) {
    await inPlace(looking, rule, path, { create: true }, async (folder, own) => {
      const entry = await folder.entry(own);
      if (entry?.kind === 'file' && (await hashFile(folder, own)).sha256 === sha256)
        return await folder.sync();
      await copyFile({ folder: kept, name }, { folder, name: own }, modes[as ?? 'shared'], keptLimit);
    });
  }
}

export async function dropKept({ folder }: Looking, takeoverId: Uuid): Promise<void> {
  if ((await folder.entry(takeoverFolder))?.kind !== 'folder') return;
  await withOpen(folder.folder(takeoverFolder), async (all) => {
    await removeTree(all, takeoverId);
    await all.sync();
  });
}

/** Uses the folder that a file of the agent lies in, links not followed; undefined where there is no such file or folder. */
async function inPlace<Result>(
  looking: Looking,
  rule: TakeoverRule,
  path: string,
  options: { create?: boolean },
  use: (folder: Folder, name: string) => Promise<Result>,
): Promise<Result | undefined> {
  const { start, names } = locate(path, placeOf(looking, rule));
  const name = names.at(-1) ?? names[0];
  const [first, ...rest] = names.slice(0, -1);
  const used = async (folder: Folder) => {
    if (!options.create && (await folder.entry(name))?.kind !== 'file') return undefined;
    return await use(folder, name);
  };
  try {
    return await withOpen(looking.ports.disk.open(start), async (root) =>
      first === undefined
        ? await used(root)
        : await withOpen(openFolders(root, [first, ...rest], options), used),
    );
  } catch (thrown) {
    if (!options.create && isHoldfastError(thrown, 'disk.not-found')) return undefined;
    throw thrown;
  }
}

/** Folders that are missing are made as package managers make them: for everybody to enter. */
async function openFolders(
  root: Folder,
  [first, ...rest]: readonly [string, ...string[]],
  { create = false }: { create?: boolean },
): Promise<Folder> {
  const folder = await root.folder(first, create ? { create, mode: modes.program } : {});
  if (create) await root.sync();
  const [next, ...further] = rest;
  return next === undefined
    ? folder
    : await withOpen(folder, (parent) => openFolders(parent, [next, ...further], { create }));
}

type Spot = { readonly folder: Folder; readonly name: string };

/** Beside its place, durable, then over it at one stroke. @param limit bytes */
async function copyFile(from: Spot, to: Spot, mode: number, limit: number) {
  const fresh = `${to.name}.holdfast-new`;
  const hash = createHash('sha256');
  let size = 0;
  await removeIfThere(to.folder, fresh);
  try {
    await withOpen(from.folder.read(from.name), async (input) => {
      const length = await input.size();
      if (length > limit) {
        throw new HoldfastError('disk.failed', `${from.name} is longer than what is kept of an agent.`, {
          details: { size: length, limit },
        });
      }
      await withOpen(to.folder.create(fresh, { mode }), async (output) => {
        for await (const chunk of chunksOf(input, length)) {
          await output.write(size, chunk);
          hash.update(chunk);
          size += chunk.length;
        }
        await output.sync();
      });
    });
    const sha256 = hash.digest('hex');
    if ((await hashFile(to.folder, fresh)).sha256 !== sha256)
      throw new HoldfastError('disk.failed', `${fresh} could not be read back as it was written.`);
    await to.folder.rename(fresh, { name: to.name });
    await to.folder.sync();
    return { size, sha256 };
  } catch (thrown) {
    await removeIfThere(to.folder, fresh).catch(() => undefined);
    throw thrown;
  }
}
