/** A Windows root on a simulated disk: laid out from a tree, looked at from outside, every life of the installer its own. */
import { createHash } from 'node:crypto';
import { initRoot, openHost, type WindowsHost } from '@holdfast/msi';
import { type Content, readContent } from '../../disk/content.ts';
import type { FolderNode } from '../../disk/nodes.ts';
import type { Volume } from '../../disk/volume.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import { virtualClock } from '../../world/clock.ts';
import { noTrace, type Trace } from '../../world/trace.ts';

export const rootPath = '/root';

type Leaf = { readonly content: Content; readonly modified: number };

/** Paths below the root, `/` between names; folders have no leaf. */
export type Tree = ReadonlyMap<string, Leaf | undefined>;

function walk(folder: FolderNode, path: string, tree: Map<string, Leaf | undefined>): Tree {
  for (const [name, node] of [...folder.entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const at = `${path}/${name}`;
    if (node.kind === 'folder') {
      tree.set(at, undefined);
      walk(node, at, tree);
    } else if (node.kind === 'file') tree.set(at, { content: node.content, modified: node.times.modified });
  }
  return tree;
}

/** What is on the disk now, as it is read. */
export function treeOf(volume: Volume): Tree {
  return walk(makeFolders(volume, rootPath), '', new Map());
}

/** Lays a tree out, durable. Contents are shared: nobody writes into them. */
function layOut(volume: Volume, tree: Tree): void {
  for (const [path, leaf] of tree) {
    if (leaf === undefined) {
      makeFolders(volume, `${rootPath}${path}`);
      continue;
    }
    const cut = path.lastIndexOf('/');
    const folder = makeFolders(volume, `${rootPath}${path.slice(0, cut)}`);
    const file = volume.newFile({ folder, name: path.slice(cut + 1) }, 0o644);
    file.content = leaf.content;
    file.durable = leaf.content;
    file.room.used += leaf.content.length;
    volume.setTimes(file, leaf.modified);
    volume.syncFile(file);
    volume.syncFolder(folder);
  }
}

const bytesOf = ({ content }: Leaf): Uint8Array => readContent(content, 0, content.length);

/** Keys and values of a registry file, without the times at which keys were written, in no order. */
function registryFacts(name: string, text: string): readonly string[] {
  const facts: string[] = [];
  let key = '';
  for (const line of text.replace(/\\\n\s*/g, '').split('\n')) {
    const [, path] = /^\[(.*)\](?: \d+)?$/.exec(line) ?? [];
    if (path !== undefined) {
      key = path.toLowerCase();
      facts.push(`${name} [${key}]`);
    } else if (/^["@]/.test(line)) facts.push(`${name} [${key}] ${line}`);
  }
  return facts;
}

const known = new WeakMap<Content, readonly string[]>();

/** What a file is; found once for each content, of which forks of a disk have one. */
function leafFacts(path: string, leaf: Leaf): readonly string[] {
  const found = known.get(leaf.content);
  if (found !== undefined) return found;
  const bytes = bytesOf(leaf);
  const facts = path.endsWith('.reg')
    ? registryFacts(path, Buffer.from(bytes).toString('latin1'))
    : [`${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`];
  known.set(leaf.content, facts);
  return facts;
}

/** Everything that tells two machines apart: folders, files with their contents and times, keys and values. */
export function factsOf(tree: Tree): readonly string[] {
  const facts: string[] = [];
  for (const [path, leaf] of tree) {
    // The lock of the installer has a new name each time.
    if (path.startsWith('/installer.lock')) continue;
    if (leaf === undefined) facts.push(`${path}/`);
    else if (path.endsWith('.reg')) facts.push(...leafFacts(path, leaf));
    else facts.push(`${path} ${leafFacts(path, leaf)[0]} ${leaf.modified}`);
  }
  return facts.sort();
}

/** Facts of one that the other lacks; the first few of them. */
export function differences(one: readonly string[], other: readonly string[]): readonly string[] {
  const known = new Set(other);
  return one.filter((fact) => !known.has(fact)).slice(0, 5);
}

/** What a machine may be in the end: as before a run of the installer, or as after it. */
export type Ends = { readonly before: readonly string[]; readonly after: readonly string[] };

/** What of a machine is not as one of its ends, in words: the nearest of those that are allowed tells what differs. */
export function strayFrom(
  now: readonly string[],
  { before, after }: Ends,
  wanted: 'before' | 'after' | 'either',
): readonly string[] {
  const isAs = (end: readonly string[]) =>
    end.length === now.length && end.every((fact, at) => fact === now[at]);
  if ((wanted !== 'after' && isAs(before)) || (wanted !== 'before' && isAs(after))) return [];
  const far = (end: readonly string[]) => differences(now, end).length + differences(end, now).length;
  const afterIsNearer = wanted === 'after' || (wanted === 'either' && far(after) < far(before));
  const nearest = afterIsNearer ? after : before;
  return [
    `neither before nor after (${wanted} was promised)`,
    ...differences(now, nearest).map((fact) => `+ ${fact}`),
    ...differences(nearest, now).map((fact) => `- ${fact}`),
  ];
}

export type InstallerWorld = {
  readonly machine: SimulatedMachine;
  /** Opens the machine to an installer that is started now; those before it are dead. */
  start(): Promise<WindowsHost>;
};

/** A disk with a tree on it, durable. */
export function diskWith(tree: Tree): Volume {
  const { volume } = simulatedMachine(0, { clock: virtualClock(), trace: noTrace, folders: [rootPath] });
  layOut(volume, tree);
  return volume;
}

/** @param lives of installers on this disk, and on those that it was forked from: each has a number of its own */
export function installerWorld(
  seed: number,
  volume: Volume,
  lives: number,
  trace: Trace = noTrace,
): InstallerWorld {
  const machine = simulatedMachine(seed, { clock: virtualClock(), trace, volume });
  let newest = lives;
  return {
    machine,
    async start() {
      newest += 1;
      const life = newest;
      const ports = machine.ports(`installer ${life}`);
      return await openHost(ports.disk, rootPath, {
        clock: ports.clock,
        entropy: ports.entropy,
        installer: {
          identity: { pid: life, started: String(life), bootId: '1' },
          alive: async ({ pid }) => pid === newest,
        },
      });
    },
  };
}

const windows = 'Software\\Microsoft\\Windows\\CurrentVersion';
const records = ['Products', 'Features', 'UpgradeCodes'];
const accounts = ['S-1-5-18', 'S-1-5-21-0-0-0-1000'];

/** Keys that are on every Windows, though there may be nothing in them. */
const usualKeys: readonly (readonly [hive: 'HKLM' | 'HKCU', key: string])[] = [
  ['HKLM', 'Software\\Wow6432Node'],
  ['HKLM', 'Software\\Classes\\Wow6432Node'],
  ['HKLM', `${windows}\\Uninstall`],
  ['HKLM', `${windows}\\Run`],
  ['HKLM', `${windows}\\App Paths`],
  ['HKLM', `${windows}\\SharedDLLs`],
  ['HKLM', `Software\\Wow6432Node\\${windows.slice('Software\\'.length)}\\Uninstall`],
  ['HKLM', `${windows}\\Installer\\Folders`],
  ['HKLM', `${windows}\\Installer\\UpgradeCodes`],
  ...accounts.flatMap((account) =>
    ['Products', 'Components'].map(
      (name) => ['HKLM', `${windows}\\Installer\\UserData\\${account}\\${name}`] as const,
    ),
  ),
  ...records.map((name) => ['HKLM', `Software\\Classes\\Installer\\${name}`] as const),
  ...records.map((name) => ['HKCU', `Software\\Microsoft\\Installer\\${name}`] as const),
  ['HKLM', 'System\\CurrentControlSet\\Services'],
  ['HKLM', 'System\\CurrentControlSet\\Control\\Session Manager\\Environment'],
  ['HKCU', 'Environment'],
  ['HKCU', 'Software\\Classes'],
  ['HKCU', `${windows}\\Uninstall`],
];

/** A Windows with nothing installed. */
export async function freshTree(): Promise<Tree> {
  const machine = simulatedMachine(0, { clock: virtualClock(), trace: noTrace });
  const { disk, clock } = machine.ports('setup');
  await initRoot({ disk, clock }, rootPath, { architecture: 'x64', windows: '10.0' });
  const { registry, files } = await installerWorld(0, machine.volume, 0).start();
  await registry.apply(
    usualKeys.map(([hive, key]) => ({ kind: 'create-key', place: { hive, key, view: '64' } })),
  );
  const environments = [
    { hive: 'HKLM', key: 'System\\CurrentControlSet\\Control\\Session Manager\\Environment', view: '64' },
    { hive: 'HKCU', key: 'Environment', view: '64' },
  ] as const;
  const data = { kind: 'text', text: 'C:\\Temp' } as const;
  await registry.apply(environments.map((place) => ({ kind: 'set', place, name: 'TEMP', data })));
  await files.createFolder('C:\\Windows\\Installer');
  return treeOf(machine.volume);
}

/** A file below drive C, as a test puts it there. */
export function withFiles(tree: Tree, files: Readonly<Record<string, string>>): Tree {
  const volume = diskWith(tree);
  for (const [path, text] of Object.entries(files)) {
    const cut = path.lastIndexOf('/');
    const folder = makeFolders(volume, `${rootPath}/drive_c/${path.slice(0, Math.max(0, cut))}`);
    const file = volume.newFile({ folder, name: path.slice(cut + 1) }, 0o644);
    volume.write(file, 0, Buffer.from(text));
    volume.setTimes(file, Date.UTC(2020, 1, 1));
  }
  return treeOf(volume);
}
