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
  seal,
  sha256,
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

function contentOf(component: ComponentName, random: Random): readonly (readonly [string, Uint8Array])[] {
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

export type ReleaseOptions = { readonly architecture?: Architecture; readonly key?: KeyObject };

/** The same seed and version give the same bytes. One for an installer has no form of its own: who plays the installer has the files. */
export function simulatedRelease(
  random: Random,
  version = '1.0.0',
  kind: 'tar.gz' | 'deb' = 'tar.gz',
  { architecture = 'x64', key = ed25519Key(random.stream('release key')) }: ReleaseOptions = {},
): SimulatedRelease {
  const files = new Map<string, Uint8Array>();
  for (const component of componentNames) {
    const owned = contentOf(
      component,
      random.stream(`${component} ${version}${architecture === 'x64' ? '' : ` ${architecture}`}`),
    );
    const below = component === 'launcher' ? '' : 'seed/';
    const manifest: ComponentManifest = {
      component,
      version,
      platform: 'linux',
      architecture,
      files: owned.map(([path, content]) => ({
        path: path.slice(below.length),
        size: content.length,
        sha256: sha256(content),
      })),
      services: [],
      registry: [],
    };
    for (const [path, content] of owned) files.set(path, content);
    const path = component === 'launcher' ? 'launcher/manifest.json' : `seed/manifests/${component}.json`;
    files.set(path, signed('holdfast/client-component', manifest, key));
  }
  const bytes = gzipSync(tarOf(files));
  const packed: ClientPackage = {
    kind,
    platform: 'linux',
    architecture,
    name: `holdfast-client_${version}_linux-${architecture}.${kind}`,
    size: bytes.length,
    sha256: sha256(bytes),
  };
  return {
    version,
    key,
    releaseKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    envelope: releaseEnvelope(key, version, [packed]),
    package: packed,
    bytes,
    files,
  };
}

/** The release of a version with these packages, in this order. */
export function releaseEnvelope(key: KeyObject, version: string, packages: ClientPackage[]): string {
  const release: ClientRelease = { version, floor: '1.0.0', releasedAt: 0, packages };
  return signed('holdfast/client-release', release, key).toString('utf8');
}

function signed(
  type: 'holdfast/client-component' | 'holdfast/client-release',
  payload: unknown,
  key: KeyObject,
) {
  return Buffer.from(JSON.stringify(seal(type, JSON.stringify(payload), key)), 'utf8');
}
