/** The dpkg of this machine, beside the simulated one: roots of its own, and a simulated disk laid out for it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dpkgRootArguments, prepareDpkgRoot } from '@holdfast/machine';
import { readContent } from '../../src/disk/content.ts';
import type { FolderNode } from '../../src/disk/nodes.ts';

export const hasDpkg = (() => {
  try {
    execFileSync('dpkg-query', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export type Ended = { readonly code: number; readonly output: string };

/** Runs a program of this machine to its end, standard output and error together. */
export function run(program: string, words: readonly string[]): Promise<Ended> {
  const options = { env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  return new Promise((resolve) => {
    execFile(program, words, options, (failure, stdout, stderr) => {
      resolve({ code: Number(failure?.code ?? 0), output: stdout + stderr });
    });
  });
}

/** An empty root for real dpkg. */
export async function newRoot(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-dpkg-'));
  await prepareDpkgRoot(path);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function dpkg(root: string, words: readonly string[]): Promise<Ended> {
  return run('dpkg', [...dpkgRootArguments(root), ...words]);
}

/** What dpkg-query says of every package of a root: `tool 1.0 install ok installed`. */
export async function query(root: string): Promise<readonly string[]> {
  const format = '${Package} ${Version} ${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}\\n';
  const admin = join(root, 'var/lib/dpkg');
  const { output } = await run('dpkg-query', [`--admindir=${admin}`, '--show', `--showformat=${format}`]);
  return output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('dpkg-query: no packages found'));
}

/** Every file below a folder of this machine by its path, and what is in it; folders have none. */
export async function realTree(folder: string, path = ''): Promise<Map<string, string | undefined>> {
  const tree = new Map<string, string | undefined>();
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const at = `${path}/${entry.name}`;
    if (!entry.isDirectory()) tree.set(at, await readFile(join(folder, at), 'latin1'));
    else {
      tree.set(at, undefined);
      for (const [inner, content] of await realTree(folder, at)) tree.set(inner, content);
    }
  }
  return tree;
}

/** The same of a folder of a simulated disk. */
export function simulatedTree(folder: FolderNode, path = ''): Map<string, string | undefined> {
  const tree = new Map<string, string | undefined>();
  for (const [name, node] of folder.entries) {
    const at = `${path}/${name}`;
    if (node.kind === 'folder') {
      tree.set(at, undefined);
      for (const [inner, content] of simulatedTree(node, at)) tree.set(inner, content);
    } else if (node.kind === 'file') {
      tree.set(at, Buffer.from(readContent(node.content, 0, node.content.length)).toString('latin1'));
    }
  }
  return tree;
}

/** Lays a folder of a simulated disk out on this machine. */
export async function layOut(folder: FolderNode, target: string): Promise<void> {
  for (const [path, content] of simulatedTree(folder)) {
    if (content === undefined) await mkdir(join(target, path), { recursive: true });
    else await writeFile(join(target, path), content, 'latin1');
  }
}
