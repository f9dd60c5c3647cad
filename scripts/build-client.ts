/** `npm run build:client`: the client's install folders, its packages, and the signed release of them. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Architecture,
  type ClientPackage,
  type ClientPackageKind,
  holdfastVersion,
  type VersionArchive,
} from '@holdfast/contract';
import { forgetBuilt, projectFolder } from './built.ts';
import { bundleProgram } from './bundle.ts';
import { writeClientPackage, writeRelease, writeVersionArchive } from './client/release.ts';
import { readReleaseKey } from './client/release-key.ts';
import { koffiFiles, koffiFolder, runtimeOf } from './client/runtime.ts';
import { type ClientPlatform, targetName, targets } from './client/target.ts';
import { layOut, type Tree } from './client/tree.ts';

export type { ClientPlatform };

export type ClientBuild = {
  readonly platform: ClientPlatform;
  /** x64 unless given. */
  readonly architecture?: Architecture;
  /** The install folder, which is made anew. */
  readonly output: string;
  /** What it is built as: this Holdfast's own version unless given. */
  readonly version?: string;
  /** PEM of the release key's private half; see `readReleaseKey`. */
  readonly releaseKeyFile?: string;
};

/** Absolute paths of what was built. */
export type BuiltClient = {
  /** The install folder with all that is in it. */
  readonly tree: Tree;
  /** The main of the seed version, to be run by a Node. */
  readonly bundle: string;
  /** The Node of the client. */
  readonly node: string;
  /** What an administrator runs. */
  readonly launcher: string;
};

/** Lays out a client as it lies on a machine. */
export async function buildClient(options: ClientBuild): Promise<BuiltClient> {
  const { platform, architecture = 'x64', releaseKeyFile } = options;
  const folder = resolve(options.output);
  const tree = await layOut({
    target: { platform, architecture },
    version: options.version ?? holdfastVersion,
    folder,
    releaseKey: readReleaseKey(releaseKeyFile),
  });
  const windows = platform === 'windows';
  return {
    tree,
    bundle: join(folder, 'seed/core/holdfast-client.mjs'),
    node: join(folder, windows ? 'runtime/node.exe' : 'runtime/node'),
    launcher: join(folder, windows ? 'bin/holdfast-client.cmd' : 'bin/holdfast-client'),
  };
}

/**
 * Bundles any program for the Node of a client, with koffi beside it; answers its path.
 * @param output folder that is made anew
 */
export async function bundleForClient(
  entry: string,
  platform: ClientPlatform,
  output: string,
): Promise<string> {
  const name = basename(entry, '.ts');
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await bundleProgram({
    entries: { [name]: resolve(entry) },
    output: resolve(output),
    target: 'node22',
    external: ['koffi'],
  });
  const { koffiAddon, koffiAddonName } = await runtimeOf({ platform, architecture: 'x64' });
  for (const file of koffiFiles) {
    await cp(join(koffiFolder(), file), join(output, 'node_modules/koffi', file));
  }
  await cp(koffiAddon, join(output, 'node_modules/@koromix', koffiAddonName), { recursive: true });
  return join(resolve(output), `${name}.mjs`);
}

/** Milliseconds since 1970; the first moment that every kind of package can keep, unless SOURCE_DATE_EPOCH says another. */
function buildTime(): number {
  const said = process.env.SOURCE_DATE_EPOCH;
  if (said === undefined) return Date.UTC(1980, 0, 1);
  if (!/^\d{9,10}$/.test(said)) throw new TypeError(`SOURCE_DATE_EPOCH=${said} is no number of seconds`);
  return Number(said) * 1000;
}

export type ReleaseBuild = {
  readonly output: string;
  readonly version?: string | undefined;
  readonly releaseKeyFile?: string | undefined;
  readonly platform?: string | undefined;
  readonly architecture?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** No client that has seen this release goes below it; 0.0.0 unless given. */
  readonly floor?: string | undefined;
  /** A version that is taken alone is on trial until the machine has started anew. */
  readonly needsRestart?: boolean | undefined;
  readonly told?: (line: string) => void;
};

/** Builds the install folders and packages that are asked for (all, unless said), and the release of them. */
export async function buildRelease(options: ReleaseBuild): Promise<readonly ClientPackage[]> {
  const { output, version = holdfastVersion, platform, architecture, kinds } = options;
  const { told = () => undefined } = options;
  const time = buildTime();
  const isWanted = (kind: ClientPackageKind) => kinds === undefined || kinds.includes(kind);
  const wanted = targets
    .filter((target) => platform === undefined || target.platform === platform)
    .filter((target) => architecture === undefined || target.architecture === architecture)
    .map((target) => ({ ...target, kinds: target.kinds.filter(isWanted) }))
    .filter((target) => target.kinds.length > 0);
  if (wanted.length === 0) throw new TypeError('there is no such client; see the kinds that --help names');
  const packages: ClientPackage[] = [];
  const archives: VersionArchive[] = [];
  for (const target of wanted) {
    const { tree } = await buildClient({
      platform: target.platform,
      architecture: target.architecture,
      output: join(output, targetName(target)),
      version,
      ...(options.releaseKeyFile === undefined ? {} : { releaseKeyFile: options.releaseKeyFile }),
    });
    told(tree.folder);
    const archive = await writeVersionArchive(tree, time, output, options.needsRestart);
    archives.push(archive);
    told(`${join(output, archive.name)}  ${(archive.size / 1e6).toFixed(1)} MB`);
    for (const kind of target.kinds) {
      const made = await writeClientPackage(kind, tree, time, output);
      packages.push(made);
      told(`${join(output, made.name)}  ${(made.size / 1e6).toFixed(1)} MB`);
    }
  }
  const release = { version, floor: options.floor ?? '0.0.0', releasedAt: time, packages, archives };
  await writeRelease(release, readReleaseKey(options.releaseKeyFile), output);
  told(join(output, 'release.json'));
  return packages;
}

const help = `usage: npm run build:client -- [OPTION ...]

Builds the client's packages and their signed release into dist/client.

  --platform linux|windows       only this one
  --architecture x64|arm64       only this one
  --kind tar.gz|deb|rpm|msi      only this one; may be given several times
  --release-key FILE             PEM of the Ed25519 key that signs; else HOLDFAST_RELEASE_KEY_FILE, else one for
                                 development in dist/release-key.pem
  --floor VERSION                no client that has seen this release goes below it
  --needs-restart                taken as an upgrade it is on trial until the machine has started anew
  --output DIR                   instead of dist/client
  --as VERSION                   what it is built as, for trying an upgrade out

SOURCE_DATE_EPOCH (seconds since 1970) is the time of all that is in the packages: 1980-01-01 unless set.

Examples:
  npm run build:client
  npm run build:client -- --platform linux --architecture x64 --kind deb
  npm run build:client -- --platform linux --architecture x64 --as 0.2.0
  npm run build:client -- --release-key release-key.pem --floor 0.1.0
`;

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      platform: string,
      architecture: string,
      kind: { type: 'string', multiple: true },
      'release-key': string,
      floor: string,
      'needs-restart': { type: 'boolean' },
      output: string,
      as: string,
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const output = resolve(values.output ?? join(projectFolder, 'dist/client'));
  // Whoever asks for some of it has some of it.
  forgetBuilt(output);
  await buildRelease({
    output,
    releaseKeyFile: values['release-key'],
    platform: values.platform,
    architecture: values.architecture,
    kinds: values.kind,
    floor: values.floor,
    needsRestart: values['needs-restart'],
    version: values.as,
    told: (line) => process.stdout.write(`${relative(process.cwd(), line) || line}\n`),
  });
}

if (import.meta.main) await main();
