/** A stand-in for an installed client: a small tree with signed manifests, and the packages that it could come in. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type ClientPackage,
  type ClientPackageKind,
  type ClientRelease,
  type ComponentManifest,
  type ComponentName,
  type Envelope,
  type Platform,
  seal,
} from '@holdfast/contract';

export type StandIn = {
  readonly version: string;
  /** PEM. */
  readonly releaseKey: string;
  /** Everything in the install folder, by path. */
  readonly tree: ReadonlyMap<string, Buffer>;
  readonly packages: ReadonlyMap<string, { readonly about: ClientPackage; readonly bytes: Buffer }>;
  readonly release: Envelope;
  /** What lies in the folder of the kept package, by name, once this one is kept. */
  kept(kind: ClientPackageKind): ReadonlyMap<string, Buffer>;
  /** Seals a changed manifest, with the right key or another one. */
  manifest(component: ComponentName, change: Partial<ComponentManifest>, key?: 'right' | 'other'): Buffer;
};

const content = (name: string, bytes: number) => Buffer.alloc(bytes, `${name}\n`);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const programs: Readonly<Record<ComponentName, readonly string[]>> = {
  launcher: ['launcher/launcher.mjs', 'bin/holdfast-client', 'runtime/node'],
  core: ['core/holdfast-client.mjs', 'chunks/shared-1.mjs', 'core/empty.txt'],
  software: ['software/software.mjs'],
  inventory: ['inventory/inventory.mjs'],
  screen: [],
};

export function standIn(
  options: {
    version?: string;
    platform?: Platform;
    architecture?: 'x64' | 'arm64';
    runtimeBytes?: number;
    keys?: ReturnType<typeof newKeys>;
  } = {},
): StandIn {
  const { version = '1.0.0', platform = 'linux', architecture = 'x64', runtimeBytes = 20_000 } = options;
  const { right, other } = options.keys ?? newKeys();
  const releaseKey = right.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const tree = new Map<string, Buffer>();
  const manifests = new Map<ComponentName, ComponentManifest>();
  const add = (component: ComponentName, path: string) => {
    const size = path === 'runtime/node' ? runtimeBytes : path.endsWith('empty.txt') ? 0 : 700 + path.length;
    const bytes = content(`${version} ${path}`, size);
    tree.set(component === 'launcher' ? path : `seed/${path}`, bytes);
    const executable = /^(bin|runtime)\//.test(path) ? { executable: true as const } : {};
    return { path, size, sha256: hashOf(bytes), ...executable };
  };
  for (const [name, paths] of Object.entries(programs)) {
    const component = name as ComponentName;
    const variants =
      component === 'screen'
        ? [
            { name: 'old', below: '10.0', files: [add(component, 'screen/old/screen.mjs')] },
            { name: 'new', from: '10.0', files: [add(component, 'screen/new/screen.mjs')] },
          ]
        : undefined;
    manifests.set(component, {
      component,
      version,
      platform,
      architecture,
      files: paths.map((path) => add(component, path)),
      services: [],
      registry: [],
      ...(variants ? { variants } : {}),
    });
  }
  const manifest: StandIn['manifest'] = (component, change, key = 'right') => {
    const text = JSON.stringify({ ...manifests.get(component), ...change });
    const { privateKey } = key === 'right' ? right : other;
    return Buffer.from(`${JSON.stringify(seal('holdfast/client-component', text, privateKey))}\n`);
  };
  for (const component of manifests.keys()) {
    const path = component === 'launcher' ? 'launcher/manifest.json' : `seed/manifests/${component}.json`;
    tree.set(path, manifest(component, {}));
  }
  const entries = [...tree];
  const tarGz = gzipSync(tar(entries));
  const deb = ar([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tar([['control', Buffer.from('Package: holdfast-client\n')]]))],
    ['data.tar.gz', gzipSync(tar(entries.map(([path, bytes]) => [`./opt/holdfast-client/${path}`, bytes])))],
  ]);
  const packages = new Map(
    (
      [
        ['tar.gz', tarGz],
        ['deb', deb],
      ] as const
    ).map(([kind, bytes]) => {
      const about = {
        kind,
        platform,
        architecture,
        name: `holdfast-client-${version}.${kind}`,
        size: bytes.length,
      };
      return [kind, { about: { ...about, sha256: hashOf(bytes) }, bytes }];
    }),
  );
  const payload: ClientRelease = {
    version,
    floor: version,
    releasedAt: 0,
    packages: [...packages.values()].map(({ about }) => about),
  };
  const release = seal('holdfast/client-release', JSON.stringify(payload), right.privateKey);
  return {
    version,
    releaseKey,
    tree,
    packages,
    release,
    manifest,
    kept: (kind) => {
      const one = packages.get(kind as 'deb');
      if (!one) throw new Error(`there is no ${kind}`);
      const record = { package: one.about, version, floor: version };
      return new Map([
        [one.about.name, one.bytes],
        ['package.json', Buffer.from(JSON.stringify(record))],
        ['release.json', Buffer.from(JSON.stringify(release))],
      ]);
    },
  };
}

/** Release keys, to be shared by versions of one client. */
export function newKeys() {
  return { right: generateKeyPairSync('ed25519'), other: generateKeyPairSync('ed25519') };
}

/** A ustar archive of files, with a folder before them, as writers make them. */
export function tar(files: readonly (readonly [path: string, content: Uint8Array])[]): Buffer {
  const blocks: Uint8Array[] = [tarHeader('opt/', 0, '5')];
  for (const [path, bytes] of files) {
    blocks.push(tarHeader(path, bytes.length, '0'), Buffer.from(bytes), Buffer.alloc(-bytes.length & 511));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function tarHeader(path: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function ar(members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, bytes] of members) {
    const fields = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
    parts.push(Buffer.from(`${fields}${String(bytes.length).padEnd(10)}\`\n`), bytes);
    if (bytes.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
