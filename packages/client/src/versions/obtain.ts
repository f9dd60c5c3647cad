/** Has a version lie beside the others, immutable: fetched, unpacked beside, compared with its signed manifests, then named. */
import {
  type ClientRelease,
  type ComponentFile,
  type ComponentManifest,
  type ComponentName,
  componentNames,
  HoldfastError,
  mpPaths,
  type VersionArchive,
} from '@holdfast/contract';
import { openPath, readWhole, removeTree, splitPath, withOpen, writePieces } from '@holdfast/engine';
import { fileSource } from '@holdfast/msi';
import type { Folder, OperatingSystem } from '@holdfast/ports';
import { manifestLimit, manifestPath, openManifest } from '../components/manifest.ts';
import type { PackageSite } from '../components/model.ts';
import { packageEntries } from '../components/packages/open.ts';
import { fileDamage } from '../components/verify.ts';
import { download } from '../content/download.ts';

/** All but what the package alone installs. */
export const versionComponents = componentNames.filter((name) => name !== 'launcher');

export type ObtainOptions = {
  /** Folder of the versions. */
  readonly versions: Folder;
  readonly release: ClientRelease;
  readonly archive: VersionArchive;
  readonly system: Pick<OperatingSystem, 'platform' | 'architecture'>;
  /** PEM. */
  readonly releaseKey: string;
  readonly site: PackageSite;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
};

/**
 * Has the folder `<version>` whole. What a cut leaves has another name, and is thrown away by the next try.
 * @throws HoldfastError `content.*`, `network.*`, `disk.*`; `release.untrusted`, `component.damaged` where the archive is not what was signed
 */
export async function obtainVersion(options: ObtainOptions): Promise<void> {
  const { versions, release, archive, site, signal } = options;
  const { version } = release;
  if (await versions.entry(version)) {
    const damage = await versionDamage(versions, version, options);
    if (damage === undefined) return;
    await removeTree(versions, version);
  }
  const { size, sha256, name } = archive;
  const from = { site: site.site, now: options.now, route: mpPaths.clientPackages };
  await download(from, versions, { path: name, size, sha256 }, await site.tls(), signal);
  const part = `${version}.part`;
  await removeTree(versions, part);
  await withOpen(versions.folder(part, { create: true }), async (tree) => {
    await withOpen(versions.read(sha256), async (file) => {
      for await (const { paths, content } of packageEntries('tar.gz', await fileSource(file))) {
        await writeInto(tree, paths[0] ?? '', content);
      }
    });
    await tree.sync();
  });
  const damage = await versionDamage(versions, part, options);
  if (damage !== undefined) {
    await removeTree(versions, part);
    await removeTree(versions, sha256);
    throw new HoldfastError('component.damaged', `Version ${version} as it came is not whole: ${damage}.`);
  }
  await versions.rename(part, { name: version });
  await versions.sync();
  await removeTree(versions, sha256);
}

/** Every file and every name of the tree is durable before it is verified. */
async function writeInto(tree: Folder, path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const names = splitPath(path);
  const name = names.at(-1) ?? path;
  const [first, ...inner] = names.slice(0, -1);
  const write = async (folder: Folder) => {
    await withOpen(folder.create(name, { mode: 0o644 }), async (file) => {
      await writePieces(file, content);
      await file.sync();
    });
    await folder.sync();
  };
  if (first === undefined) await write(tree);
  else await withOpen(openPath(tree, [first, ...inner], { create: true }), write);
}

/**
 * What is wrong with a version, as a clause; undefined where every component is as the release key has signed it, in
 * every variant.
 * @param name of its folder
 */
export async function versionDamage(
  versions: Folder,
  name: string,
  expected: Pick<ObtainOptions, 'system' | 'releaseKey'> & {
    readonly release: Pick<ClientRelease, 'version'>;
  },
  components: readonly ComponentName[] = versionComponents,
): Promise<string | undefined> {
  if ((await versions.entry(name))?.kind !== 'folder') return 'it is not there';
  return await withOpen(versions.folder(name), async (tree) => {
    for (const component of components) {
      const manifest = await manifestIn(tree, component, expected);
      if (typeof manifest === 'string') return `${component}: ${manifest}`;
      for (const file of filesOf(manifest)) {
        const damage = await fileDamage(tree, file);
        if (damage !== undefined) return `${file.path}: ${damage}`;
      }
    }
    return undefined;
  });
}

async function manifestIn(
  tree: Folder,
  component: ComponentName,
  { release, system, releaseKey }: Parameters<typeof versionDamage>[2],
): Promise<ComponentManifest | string> {
  try {
    const [first, ...rest] = splitPath(manifestPath(component));
    const name = rest.at(-1) ?? first;
    const bytes = await withOpen(openPath(tree, [first, ...rest.slice(0, -1)]), (folder) =>
      readWhole(folder, name, manifestLimit),
    );
    return openManifest(bytes, { component, version: release.version, system, releaseKey });
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.message.replace(/\.$/, '');
    throw thrown;
  }
}

function filesOf({ files, variants = [] }: ComponentManifest): readonly ComponentFile[] {
  return [...files, ...variants.flatMap((variant) => variant.files)];
}
