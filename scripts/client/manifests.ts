/** What each component of a client is made of, signed: `launcher/manifest.json` and `seed/manifests/<component>.json`. */
import type { KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ComponentFile,
  ComponentManifest,
  type ComponentName,
  type ComponentVariant,
  seal,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { screenVariants } from './entries.ts';
import type { ClientPlatform } from './target.ts';
import type { Tree, TreeFile } from './tree.ts';

const shape = Compile(ComponentManifest);

/** As the service managers know them: the client, and what starts the second starter. */
const services: Readonly<Record<ClientPlatform, readonly string[]>> = {
  linux: ['holdfast-client.service', 'holdfast-rescue.timer'],
  windows: ['HoldfastClient'],
};

/** Key below HKLM of what the package writes about itself. */
export const registryKey = 'SOFTWARE\\Holdfast\\Client';

const described = ({ size, sha256, executable }: TreeFile, path: string): ComponentFile => ({
  path,
  size,
  sha256,
  ...(executable ? { executable: true } : {}),
});

/** Files of the seed whose paths in it begin with one of these. */
function below(tree: Tree, ...prefixes: readonly string[]): ComponentFile[] {
  return tree.files.flatMap((file) => {
    const path = file.path.startsWith('seed/') ? file.path.slice('seed/'.length) : '';
    return prefixes.some((prefix) => path.startsWith(prefix)) ? [described(file, path)] : [];
  });
}

type Parts = {
  readonly files: readonly ComponentFile[];
  readonly services?: readonly string[];
  readonly registry?: ComponentManifest['registry'];
  readonly variants?: readonly ComponentVariant[];
};

function partsOf(tree: Tree): Readonly<Record<ComponentName, Parts>> {
  const { platform } = tree.target;
  return {
    launcher: {
      files: tree.files
        .filter(({ path }) => !path.startsWith('seed/'))
        .map((file) => described(file, file.path)),
      services: services[platform],
      registry: platform === 'windows' ? [{ key: registryKey, name: 'Version', value: tree.version }] : [],
    },
    core: { files: below(tree, 'core/', 'chunks/') },
    software: { files: below(tree, 'software/') },
    inventory: { files: below(tree, 'inventory/') },
    screen: {
      files: [],
      variants: screenVariants[platform].map((variant) => ({
        ...variant,
        files: below(tree, `screen/${variant.name}/`),
      })),
    },
  };
}

/** Every file is in one component: a file that nobody owns would be mended by nobody. */
function assertComplete(tree: Tree, parts: Readonly<Record<ComponentName, Parts>>): void {
  const { launcher, ...versioned } = parts;
  const owned = new Set(launcher.files.map(({ path }) => path));
  for (const { files, variants = [] } of Object.values(versioned)) {
    for (const { path } of [...files, ...variants.flatMap((variant) => variant.files)]) {
      owned.add(`seed/${path}`);
    }
  }
  const lost = tree.files.filter(({ path }) => !owned.has(path));
  if (lost.length > 0) throw new Error(`no component has ${lost.map(({ path }) => path).join(', ')}`);
}

/** Writes the manifests of a tree that has none yet. */
export async function writeManifests(tree: Tree, releaseKey: KeyObject): Promise<void> {
  const parts = partsOf(tree);
  assertComplete(tree, parts);
  await mkdir(join(tree.folder, 'seed/manifests'), { recursive: true });
  for (const [component, { files, services = [], registry = [], variants }] of Object.entries(parts)) {
    const manifest = {
      component,
      version: tree.version,
      platform: tree.target.platform,
      architecture: tree.target.architecture,
      files,
      services,
      registry,
      ...(variants === undefined ? {} : { variants }),
    };
    if (!shape.Check(manifest)) throw new TypeError(`the manifest of ${component} breaks its schema`);
    const envelope = seal('holdfast/client-component', JSON.stringify(manifest), releaseKey);
    const path = component === 'launcher' ? 'launcher/manifest.json' : `seed/manifests/${component}.json`;
    await writeFile(join(tree.folder, path), `${JSON.stringify(envelope)}\n`);
  }
}
