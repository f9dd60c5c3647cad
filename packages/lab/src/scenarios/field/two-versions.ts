/** A small program for Windows in two versions, and the set-up that replaces the one by the other, file by file. */
import { type Assignment, type GateDefinition, sha256 } from '@holdfast/contract';
import { openPath } from '@holdfast/engine';
import { readContent } from '../../disk/content.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';
import type { Program } from '../../machine/processes.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { assignmentOf } from './managed-machine.ts';

export const toolFolder = 'C:\\Program Files\\Tool';
export const setUpProgram = 'setup.exe';

/** Bytes that the set-up writes at a time. */
const pieceSize = 1_000;
const sizes = { 'tool.exe': 12_000, 'tool.dll': 8_000 };
/** Pieces of one whole set-up. */
export const pieces = Object.values(sizes).reduce((sum, size) => sum + size / pieceSize, 0);

type Files = ReadonlyMap<string, Uint8Array>;
export type Versions = { readonly old: Files; readonly new: Files };
/** What is there: one version whole, nothing at all, or something between. */
export type Found = keyof Versions | 'none' | 'mixed';

export function twoVersions(random: Random): Versions {
  const drawn = () => new Map(Object.entries(sizes).map(([name, size]) => [name, random.bytes(size)]));
  return { old: drawn(), new: drawn() };
}

/** Puts files into a folder of the machine, durable, without anybody's doing. */
export function putFiles({ volume }: SimulatedMachine, path: string, files: Files): void {
  const folder = makeFolders(volume, path);
  for (const [name, bytes] of files) {
    const file = volume.newFile({ folder, name }, 0o755);
    volume.write(file, 0, bytes);
    volume.syncFile(file);
  }
  volume.syncFolder(folder);
}

/** Removes a file without anybody's doing. */
export function removeFile({ volume }: SimulatedMachine, path: string): void {
  const [, above = '', name = ''] = /^(.*)\\([^\\]+)$/.exec(path) ?? [];
  const folder = makeFolders(volume, above);
  volume.remove({ folder, name });
  volume.syncFolder(folder);
}

/** Looks from outside the machine. */
export function versionThere({ volume }: SimulatedMachine, versions: Versions): Found {
  const there = new Map<string, string>();
  for (const [name, node] of makeFolders(volume, toolFolder).entries) {
    if (node.kind === 'file') there.set(name, sha256(readContent(node.content, 0, node.content.length)));
  }
  const isWhole = (files: Files) =>
    files.size === there.size && [...files].every(([name, bytes]) => there.get(name) === sha256(bytes));
  if (isWhole(versions.new)) return 'new';
  if (isWhole(versions.old)) return 'old';
  return there.size === 0 ? 'none' : 'mixed';
}

export type SetUp = {
  /** Milliseconds that a piece of a file takes. */
  readonly pieceMs: number;
  /** Each run as it begins. */
  readonly began?: () => void;
  /** Each run that comes to its end, just before its exit code 0. */
  readonly ended?: () => void;
};

/** Takes the files from its working folder; the old ones go one by one, each for the new one of its name. */
export function setUp({ pieceMs, began, ended }: SetUp): Program {
  return async ({ folder, disk, clock }) => {
    began?.();
    await using from = await disk.open(folder);
    await using drive = await disk.open('C:\\');
    await using tool = await openPath(drive, ['Program Files', 'Tool'], { create: true });
    for (const { name } of await from.list()) {
      await using source = await from.read(name);
      if (await tool.entry(name)) await tool.remove(name);
      await using file = await tool.create(name);
      const size = await source.size();
      for (let position = 0; position < size; position += pieceSize) {
        await file.write(position, await source.read(position, pieceSize));
        await clock.sleep(pieceMs);
      }
      await file.sync();
    }
    ended?.();
    return 0;
  };
}

/** Deploys the new version; detection wants both files, byte for byte. */
export function toolAssignment(
  random: Random,
  site: SimulatedSite,
  versions: Versions,
  gates: readonly GateDefinition[] = [],
): Assignment {
  const content = [...versions.new].map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: site.addContent(bytes),
  }));
  const program = {
    install: `${setUpProgram} /quiet`,
    detection: content.map(({ path, sha256: hash }) => ({
      kind: 'file' as const,
      path: `${toolFolder}\\${path}`,
      sha256: hash,
    })),
    exitCodes: [],
    maxRunMinutes: 10,
    gates: [...gates],
  };
  const assignment = assignmentOf(random, 'Tool', program, content);
  return { ...assignment, package: { ...assignment.package, version: '2.0' } };
}
