/** A release of a very small client: a tree with signed manifests in a .tar.gz, as the build makes a large one. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Architecture,
  type ClientPackage,
  type ClientRelease,
  type ComponentManifest,
  type ComponentName,
  componentNames,
  type Platform,
  seal,
  sha256,
  type VersionArchive,
} from '@holdfast/contract';
import { ed25519Key } from '../../site/keys.ts';
import type { Random } from '../../world/random.ts';

export type SimulatedRelease = {
  readonly version: string;
  /** What it is signed with. */
  readonly key: KeyObject;
  /** PEM of the public half of the release key. */
  readonly releaseKey: string;
  readonly envelope: string;
  readonly package: ClientPackage;
  readonly bytes: Uint8Array;
  /** Every file of the tree, by its path below the install folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Values that belong to it. */
  readonly registry: ComponentManifest['registry'];
  /** The version by itself, where it was made with one. */
  readonly archive?: SimulatedArchive;
};

export type SimulatedArchive = {
  readonly about: VersionArchive;
  readonly bytes: Uint8Array;
  /** Every file of it, by its path below the folder of the version. */
  readonly tree: ReadonlyMap<string, Uint8Array>;
};

const blockBytes = 512;

/** A header of the ustar form: path, length, and little else. Source: POSIX.1-2017, pax, "ustar Interchange Format". */
function tarHeader(path: string, size: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(path, 0);
  for (const [at, value, digits] of [
    [100, 0o644, 7],
    [108, 0, 7],
    [116, 0, 7],
    [124, size, 11],
    [136, 0, 11],
  ] as const) {
    block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  }
  block.write('        0', 148, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

function tarOf(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const pieces: Uint8Array[] = [];
  for (const [path, content] of files) {
    pieces.push(tarHeader(path, content.length), content, Buffer.alloc(-content.length & (blockBytes - 1)));
  }
  return Buffer.concat([...pieces, Buffer.alloc(2 * blockBytes)]);
}

function contentOf(component: ComponentName, random: Random): readonly Owned[] {
  const bytes = () => random.bytes(20 + random.integer(300));
  if (component === 'launcher') {
    return [
      ['bin/holdfast-client', bytes()],
      ['runtime/node', bytes()],
      ['launcher/launcher.mjs', bytes()],
    ];
  }
  return [[`seed/${component}/${component}.mjs`, bytes()]];
}

/** What a manifest names beside plain files. */
type More = Pick<ComponentManifest, 'services' | 'registry' | 'variants'>;

/** The first version of the system for which the screen driver has another variant. */
export const newerSystem = '13';

/** As a real release has it: a service, registry values, and a screen driver for each range of systems. */
function moreOf(
  component: ComponentName,
  random: Random,
  ranges: readonly DriverRange[],
): More & { readonly owned: readonly Owned[] } {
  const value = (name: string) => ({ key: 'SOFTWARE\\Holdfast\\Client', name, value: `${random.word()}` });
  if (component === 'core') {
    return { services: ['holdfast-client.service'], registry: ['Version', 'Site'].map(value), owned: [] };
  }
  if (component !== 'screen') return { services: [], registry: [], owned: [] };
  const driver = (variant: string): Owned => [
    `seed/screen/${variant}/screen.mjs`,
    random.bytes(20 + random.integer(900)),
  ];
  const owned = ranges.map(({ name }) => driver(name));
  const variants = ranges.map((range, index) => ({
    ...range,
    files: owned.slice(index, index + 1).map((one) => fileOf(one, 'seed/')),
  }));
  return { services: [], registry: [], variants, owned };
}

/** Versions of the system that a screen driver is for. */
export type DriverRange = { readonly name: string; readonly from?: string; readonly below?: string };

const twoRanges: readonly DriverRange[] = [
  { name: 'older', below: newerSystem },
  { name: 'newer', from: newerSystem },
];

type Owned = readonly [path: string, content: Uint8Array];

const fileOf = ([path, content]: Owned, below: string) => ({
  path: path.slice(below.length),
  size: content.length,
  sha256: sha256(content),
});

export type ReleaseOptions = {
  readonly architecture?: Architecture;
  readonly key?: KeyObject;
  /** With a service, registry values and variants, beside files. */
  readonly complete?: boolean;
  readonly platform?: Platform;
  /** Of the screen driver, where it is complete or these are given. */
  readonly drivers?: readonly DriverRange[];
  /** It can also be taken as a version by itself, with what its release says of that. */
  readonly asVersion?: Partial<Pick<ClientRelease, 'floor' | 'steppingStones'>>;
  /** That version is on trial until the machine has started anew. */
  readonly needsRestart?: boolean;
};

const seedFolder = 'seed/';

/** What the seed folder holds, as a version beside it. */
function archiveOf(
  files: ReadonlyMap<string, Uint8Array>,
  version: string,
  platform: Platform,
  architecture: Architecture,
  restart: boolean,
): SimulatedArchive {
  const tree = new Map(
    [...files]
      .filter(([path]) => path.startsWith(seedFolder))
      .map(([path, content]): Owned => [path.slice(seedFolder.length), content]),
  );
  const bytes = gzipSync(tarOf(tree));
  const about: VersionArchive = {
    platform,
    architecture,
    name: `holdfast-version_${version}_${platform}-${architecture}.tar.gz`,
    size: bytes.length,
    sha256: sha256(bytes),
    needs: { launcher: 1, node: 22, ...(restart ? { restart } : {}) },
  };
  return { about, bytes, tree };
}

/** The same seed and version give the same bytes. One for an installer has no form of its own: who plays the installer has the files. */
export function simulatedRelease(
  random: Random,
  version = '1.0.0',
  kind: 'tar.gz' | 'deb' = 'tar.gz',
  {
    architecture = 'x64',
    key = ed25519Key(random.stream('release key')),
    complete = false,
    platform = 'linux',
    drivers,
    asVersion,
    needsRestart = false,
  }: ReleaseOptions = {},
): SimulatedRelease {
  const files = new Map<string, Uint8Array>();
  const registry: ComponentManifest['registry'] = [];
  for (const component of componentNames) {
    const chance = random.stream(
      `${component} ${version}${architecture === 'x64' ? '' : ` ${architecture}`}`,
    );
    const { owned: more, ...others } =
      complete || (drivers !== undefined && component === 'screen')
        ? moreOf(component, chance, drivers ?? twoRanges)
        : { services: [], registry: [], owned: [] };
    const owned = more.length > 0 ? more : contentOf(component, chance);
    const below = component === 'launcher' ? '' : 'seed/';
    const manifest: ComponentManifest = {
      component,
      version,
      platform,
      architecture,
      files: more.length > 0 ? [] : owned.map((one) => fileOf(one, below)),
      ...others,
    };
    registry.push(...manifest.registry);
    for (const [path, content] of owned) files.set(path, content);
    const path = component === 'launcher' ? 'launcher/manifest.json' : `seed/manifests/${component}.json`;
    files.set(path, signed('holdfast/client-component', manifest, key));
  }
  const bytes = gzipSync(tarOf(files));
  const packed: ClientPackage = {
    kind,
    platform,
    architecture,
    name: `holdfast-client_${version}_${platform}-${architecture}.${kind}`,
    size: bytes.length,
    sha256: sha256(bytes),
  };
  const archive = asVersion && archiveOf(files, version, platform, architecture, needsRestart);
  return {
    version,
    key,
    releaseKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    envelope: releaseEnvelope(key, version, [packed], {
      ...asVersion,
      ...(archive ? { archives: [archive.about] } : {}),
    }),
    package: packed,
    bytes,
    files,
    registry,
    ...(archive ? { archive } : {}),
  };
}

/** The release of a version with these packages, in this order. */
export function releaseEnvelope(
  key: KeyObject,
  version: string,
  packages: ClientPackage[],
  more: Partial<ClientRelease> = {},
): string {
  const release: ClientRelease = { version, floor: '1.0.0', releasedAt: 0, packages, ...more };
  return signed('holdfast/client-release', release, key).toString('utf8');
}

function signed(
  type: 'holdfast/client-component' | 'holdfast/client-release',
  payload: unknown,
  key: KeyObject,
) {
  return Buffer.from(JSON.stringify(seal(type, JSON.stringify(payload), key)), 'utf8');
}
