/** What the Linux packages have in common: where their files go, and what their scripts do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installFolder as absoluteInstallFolder, unitTexts } from '@holdfast/machine';
import { projectFolder } from '../built.ts';
import { type ArchiveEntry, withFolders } from './archive/entry.ts';
import type { Tree } from './tree.ts';

export const linuxPackage = {
  name: 'holdfast-client',
  summary: 'Holdfast client: systems management that survives its own upgrades',
  description: 'The agent of a Holdfast site: policy, software, inventory, health and repair.',
  maintainer: 'Holdfast <holdfast@holdfast.example>',
  vendor: 'Holdfast',
  license: 'Apache-2.0',
  url: 'https://holdfast.example/',
} as const;

/** As archives name it: without the first slash. */
export const installFolder = absoluteInstallFolder.slice(1);
const linked = ['holdfast-client', 'holdfast-setup'] as const;

/** The files of a tree, with the modes that they have on a machine. */
export async function treeEntries(tree: Tree, below = ''): Promise<ArchiveEntry[]> {
  return await Promise.all(
    tree.files.map(async ({ path, executable }) => ({
      kind: 'file' as const,
      path: `${below}${path}`,
      mode: executable ? 0o755 : 0o644,
      content: await readFile(join(tree.folder, path)),
    })),
  );
}

/** Everything that a package of Linux installs, with the folders that lead there. */
export async function installedEntries(tree: Tree, unitFolder: string): Promise<ArchiveEntry[]> {
  const own = await treeEntries(tree, `${installFolder}/`);
  const units = Object.entries(unitTexts()).map(([name, text]) => ({
    kind: 'file' as const,
    path: `${unitFolder}/${name}`,
    mode: 0o644,
    content: Buffer.from(text),
  }));
  const links = linked.map((name) => ({
    kind: 'link' as const,
    path: `usr/bin/${name}`,
    mode: 0o777,
    target: `../../${installFolder}/bin/${name}`,
  }));
  return withFolders([...own, ...units, ...links]);
}

/** A maintainer script: the common functions, and the lines that call them. */
export async function maintainerScript(lines: readonly string[]): Promise<string> {
  const common = await readFile(join(projectFolder, 'packages/cli/package/maintain.sh'), 'utf8');
  return `#!/bin/sh\nset -e\n${common}\n${lines.join('\n')}\n`;
}
