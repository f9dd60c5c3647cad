/** The software of explored machines: packages that follow from item and version, and the programs that lay them out. */
import { type Assignment, type GateDefinition, type Sha256, sha256 } from '@holdfast/contract';
import type { Disk, Folder } from '@holdfast/ports';
import { readContent } from '../disk/content.ts';
import type { FolderNode } from '../disk/nodes.ts';
import { uuidFrom } from '../machine/entropy.ts';
import type { ProgramRun } from '../machine/processes.ts';
import type { SoftwareTables } from '../machine/software.ts';
import { randomFrom } from '../world/random.ts';
import type { Draft, EventOf, Outcome } from './events.ts';
import { ownCodes } from './outcomes.ts';

/** Bytes that an installer writes at a time. */
const pieceSize = 3_000;

export type Software = {
  readonly item: number;
  readonly version: number;
  readonly draft: Draft;
  readonly assignment: Assignment;
  readonly files: readonly SoftwareFile[];
};

export type SoftwareFile = {
  readonly path: readonly [string, ...string[]];
  readonly bytes: Buffer;
  readonly sha256: Sha256;
};

export type ProgramAction = 'install' | 'repair' | 'uninstall';

export const itemFolder = (item: number): string => `app-${item}`;

/** Files by item and version: the same in every world. */
const known = new Map<string, readonly SoftwareFile[]>();

function filesOf(item: number, version: number): readonly SoftwareFile[] {
  const key = `${item}.${version}`;
  const files = known.get(key) ?? makeFiles(key, version);
  if (known.size > 1_000) known.clear();
  known.set(key, files);
  return files;
}

function makeFiles(key: string, version: number): readonly SoftwareFile[] {
  const random = randomFrom(`software ${key}`);
  const file = (bytes: Buffer, ...path: [string, ...string[]]) => ({ path, bytes, sha256: sha256(bytes) });
  return [
    file(Buffer.from(random.bytes(2_000 + (version % 4) * 4_000)), 'app.bin'),
    file(Buffer.from(random.bytes(300)), 'doc', 'read-me.txt'),
  ];
}

/** Every day, in every hour, for twenty minutes. */
function windowsOf(item: number): GateDefinition {
  const windows = Array.from({ length: 24 }, (_, hour) => ({
    days: [0, 1, 2, 3, 4, 5, 6],
    startMinute: hour * 60 + ((item * 13) % 60),
    minutes: 20,
  }));
  return { kind: 'maintenance-window', name: 'maintenance-window', windows };
}

/** The folder of the software as a replacement that waits for a restart names it. */
export const pendingPath = (item: number): string => `C:\\${itemFolder(item)}`;

/** Bytes that the gate `disk-room` asks for. */
const roomBytes = 1024 * 1024;

function gatesOf(item: number, { gates }: Draft): GateDefinition[] {
  return gates.map((gate) => {
    if (gate === 'maintenance-window') return windowsOf(item);
    if (gate === 'disk-room') return { kind: 'disk-free', name: gate, bytes: roomBytes };
    return { kind: 'no-pending-reboot', name: gate, paths: [pendingPath(item)] };
  });
}

/** @param now wall clock of the site */
export function softwareOf({ item, version, draft }: EventOf<'deploy'>, now: number): Software {
  const random = randomFrom(`deployment of ${item}`);
  const [deploymentId, packageId, programId] = [uuidFrom(random), uuidFrom(random), uuidFrom(random)];
  const files = filesOf(item, version);
  const after = (ms: number | null) => (ms === null ? null : now + ms);
  const paths = files.map((file) => ({ ...file, text: file.path.join('/') }));
  const assignment: Assignment = {
    deploymentId,
    intent: draft.intent,
    purpose: draft.purpose,
    availableAt: after(draft.availableInMs),
    deadlineAt: after(draft.deadlineInMs),
    package: { id: packageId, name: `App ${item}`, version: `${version}.0` },
    program: {
      id: programId,
      name: 'Program',
      platform: 'linux',
      install: `install-app {content} {root} ${item} ${version} "{log}"`,
      ...(draft.hasRepair ? { repair: `repair-app {content} {root} ${item} ${version} "{log}"` } : {}),
      uninstall: `uninstall-app - {root} ${item} ${version} "{log}"`,
      detection: [
        ...paths.map(({ text, sha256 }) => ({
          kind: 'file' as const,
          path: `/${itemFolder(item)}/${text}`,
          sha256,
        })),
        ...(draft.registered
          ? [{ kind: 'package' as const, manager: 'dpkg' as const, name: itemFolder(item) }]
          : []),
      ],
      exitCodes: [...ownCodes],
      maxRunMinutes: draft.maxRunMinutes,
      gates: gatesOf(item, draft),
    },
    content: paths.map(({ text, bytes, sha256 }) => ({ path: text, size: bytes.length, sha256 })),
  };
  return { item, version, draft, assignment, files };
}

/** Bytes that are looked at first. */
const headBytes = 16;

/** Whether it is on the machine, looked at from outside. */
export function isPresent(software: Software, managed: FolderNode, tables: SoftwareTables): boolean {
  const { item, files, draft } = software;
  if (draft.registered && !tables.dpkg?.get(itemFolder(item))?.installed) return false;
  return files.every((file) => {
    let node: ReturnType<FolderNode['entries']['get']> = managed.entries.get(itemFolder(item));
    for (const name of file.path) node = node?.kind === 'folder' ? node.entries.get(name) : undefined;
    if (node?.kind !== 'file' || node.content.length !== file.bytes.length) return false;
    // Another version differs from the start.
    return [headBytes, file.bytes.length].every((length) =>
      file.bytes.subarray(0, length).equals(readContent(node.content, 0, length)),
    );
  });
}

/** Does as much as this run is meant to; what it does is durable when it ends, as dpkg sees to it. */
export async function runProgram(
  { words: [content = '', root = '', , , log = ''], disk, clock }: ProgramRun,
  action: ProgramAction,
  { item, files, draft }: Software,
  { does }: Outcome,
): Promise<void> {
  await writeLog(disk, log);
  const chosen = does === 'all' ? files : does === 'some' ? files.slice(0, 1) : [];
  await clock.sleep(draft.runSeconds * 500);
  await using managed = await disk.open(root);
  await using folder = await managed.folder(itemFolder(item), { create: true });
  for (const { path } of chosen) {
    if (action === 'uninstall') await removeBelow(folder, path);
    else {
      await using from = await disk.open(content);
      await copyBelow(from, folder, path);
    }
  }
  await folder.sync();
  await managed.sync();
  await clock.sleep(draft.runSeconds * 500);
}

/** The log that the client names for the program. */
async function writeLog(disk: Disk, path: string): Promise<void> {
  const cut = path.lastIndexOf('/');
  await using folder = await disk.open(path.slice(0, cut));
  const name = path.slice(cut + 1);
  await using file = (await folder.entry(name)) ? await folder.edit(name) : await folder.create(name);
  await file.write(0, Buffer.from('started\n', 'utf8'));
}

async function removeBelow(folder: Folder, [name, next, ...rest]: SoftwareFile['path']): Promise<void> {
  if (!(await folder.entry(name))) return;
  if (next === undefined) return await folder.remove(name);
  await using below = await folder.folder(name);
  await removeBelow(below, [next, ...rest]);
  await below.sync();
}

async function copyBelow(
  from: Folder,
  to: Folder,
  [name, next, ...rest]: SoftwareFile['path'],
): Promise<void> {
  if (next !== undefined) {
    await using source = await from.folder(name);
    await using below = await to.folder(name, { create: true });
    await copyBelow(source, below, [next, ...rest]);
    return;
  }
  await using file = await from.read(name);
  const bytes = await file.read(0, await file.size());
  if (await to.entry(name)) await to.remove(name);
  await using copy = await to.create(name, { mode: 0o755 });
  for (let start = 0; start < bytes.length; start += pieceSize) {
    await copy.write(start, bytes.subarray(start, start + pieceSize));
  }
  await copy.sync();
  await to.sync();
}

/** Content as the program finds it: whether it is what the site has. */
export async function isContentWhole(disk: Disk, path: string, { files }: Software): Promise<boolean> {
  await using content = await disk.open(path);
  for (const file of files) {
    if (!(await holds(content, file.path, file.bytes))) return false;
  }
  return true;
}

async function holds(
  folder: Folder,
  [name, next, ...rest]: SoftwareFile['path'],
  bytes: Buffer,
): Promise<boolean> {
  const entry = await folder.entry(name);
  if (next !== undefined) {
    if (entry?.kind !== 'folder') return false;
    await using below = await folder.folder(name);
    return await holds(below, [next, ...rest], bytes);
  }
  if (entry?.kind !== 'file' || entry.size !== bytes.length) return false;
  await using file = await folder.read(name);
  return bytes.equals(await file.read(0, bytes.length));
}
