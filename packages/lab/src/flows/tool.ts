/** A small package for flows: two files, and an installer that lays them out piece by piece. */
import { type Assignment, sha256 } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import { readContent } from '../disk/content.ts';
import type { FolderNode } from '../disk/nodes.ts';
import { uuidFrom } from '../machine/entropy.ts';
import type { Program } from '../machine/processes.ts';
import type { SimulatedSite } from '../site/site.ts';
import type { Random } from '../world/random.ts';

/** Name of the folder below the managed root. */
export const toolFolder = 'tool';

/** Bytes that the installer writes at a time. */
const pieceSize = 3_000;

export type Tool = { readonly assignment: Assignment; readonly files: ReadonlyMap<string, Uint8Array> };

/** Bytes of its files, unless told otherwise. */
const usualSizes: Readonly<Record<string, number>> = { 'tool.bin': 9_000, 'readme.txt': 700 };

/** Makes the package and has the site keep its content. */
export function newTool(random: Random, site: SimulatedSite, sizes = usualSizes): Tool {
  const files = new Map(Object.entries(sizes).map(([name, size]) => [name, random.bytes(size)]));
  const content = [...files].map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: site.addContent(bytes),
  }));
  const assignment: Assignment = {
    deploymentId: uuidFrom(random),
    intent: 'install',
    purpose: 'required',
    availableAt: null,
    deadlineAt: null,
    package: { id: uuidFrom(random), name: 'Tool', version: '1.0' },
    program: {
      id: uuidFrom(random),
      name: 'Install',
      platform: 'linux',
      install: 'install-tool {content} {root}',
      detection: content.map((file) => ({
        kind: 'file',
        path: `/${toolFolder}/${file.path}`,
        sha256: file.sha256,
      })),
      exitCodes: [],
      maxRunMinutes: 10,
    },
    content,
  };
  return { assignment, files };
}

/**
 * The installer: it removes what is there and writes each file in pieces, so that whatever cuts it off leaves something
 * between old and new. At its end it makes everything durable (as dpkg does), unless it is a `careless` one.
 */
export function toolInstaller({ careless = false } = {}): Program {
  return async ({ words: [content = '', root = ''], disk, clock }) => {
    await using from = await disk.open(content);
    await using managed = await disk.open(root);
    await using tool = await managed.folder(toolFolder, { create: true });
    for (const { name } of await from.list()) {
      const bytes = await readAll(from, name);
      if (await tool.entry(name)) await tool.remove(name);
      await using file = await tool.create(name, { mode: 0o755 });
      for (let start = 0; start < bytes.length; start += pieceSize) {
        await file.write(start, bytes.subarray(start, start + pieceSize));
        await clock.sleep(1_000);
      }
      if (!careless) await file.sync();
    }
    if (!careless) {
      await tool.sync();
      await managed.sync();
    }
    return 0;
  };
}

async function readAll(folder: Folder, name: string): Promise<Uint8Array> {
  await using file = await folder.read(name);
  return await file.read(0, await file.size());
}

/** What of the tool is not on the disk as it should be, looked at from outside the machine. */
export function toolProblems(tool: Tool, managed: FolderNode): string[] {
  const folder = managed.entries.get(toolFolder);
  const problems = [...managed.entries.keys()]
    .filter((name) => name !== toolFolder)
    .map((name) => `${name} is left in the managed root`);
  if (folder?.kind !== 'folder') return [...problems, 'the folder of the tool is missing'];
  for (const [name, bytes] of tool.files) {
    const file = folder.entries.get(name);
    const right =
      file?.kind === 'file' && sha256(readContent(file.content, 0, file.content.length)) === sha256(bytes);
    if (!right) problems.push(`${name} is not as it should be`);
  }
  return problems;
}
