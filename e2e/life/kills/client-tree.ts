/** A set-up client as it lies on the disk: damaged on purpose, and looked through for what is wrong with it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SmallPackage } from './small-release.ts';

/** One file lost, one cut short, one changed in its midst, one manifest damaged, one folder gone. */
export function damage(install: string): void {
  rmSync(join(install, 'seed/core/holdfast-client.mjs'));
  writeFileSync(join(install, 'runtime/node'), readFileSync(join(install, 'runtime/node')).subarray(0, 1000));
  const chunk = readFileSync(join(install, 'seed/chunks/shared-1.mjs'));
  chunk[chunk.length >> 1] = 0;
  writeFileSync(join(install, 'seed/chunks/shared-1.mjs'), chunk);
  writeFileSync(join(install, 'seed/manifests/software.json'), '{');
  rmSync(join(install, 'seed/inventory'), { recursive: true });
}

export type ClientPlaces = {
  readonly install: string;
  readonly state: string;
  /** What the install folder must hold, by path, and nothing else. */
  readonly tree: ReadonlyMap<string, Buffer>;
  /** The package that must be kept. */
  readonly kept: SmallPackage;
};

/** Everything that is not as a set-up leaves it, in words; empty where all is well. */
export function faultsOf({ install, state, tree, kept }: ClientPlaces): string[] {
  const faults: string[] = [];
  const found = new Set(filesBelow(install));
  for (const [path, bytes] of tree) {
    if (!found.delete(path)) faults.push(`${path} is missing`);
    else if (!readFileSync(join(install, path)).equals(bytes)) faults.push(`${path} has another content`);
  }
  faults.push(...[...found].map((path) => `${path} was left in the install folder`));
  const keptPath = join(state, 'package', kept.about.name);
  if (!existsSync(keptPath)) faults.push('no package is kept');
  else if (createHash('sha256').update(readFileSync(keptPath)).digest('hex') !== kept.about.sha256) {
    faults.push('the kept package is damaged');
  }
  if (existsSync(join(state, 'setup/download'))) faults.push('the download was left');
  if (!existsSync(join(state, 'keys/identity.json'))) faults.push('it is not enrolled');
  const unfinished = filesBelow(state).filter((path) => /\.(new|part|restoring|aside)$/.test(path));
  return [...faults, ...unfinished.map((path) => `${path} was left in the state folder`)];
}

/** Their paths below the folder; none where it is missing. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
