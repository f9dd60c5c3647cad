/** The client's packages as they were built: what the release says of them, what each component is made of, their sizes. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import {
  ComponentManifest,
  type ComponentName,
  componentNames,
  holdfastVersion,
  sha256,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { buildRelease } from '../../scripts/build-client.ts';
import { type ClientTarget, targetName, targets } from '../../scripts/client/target.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type BuiltRelease, builtRelease, unsealedFile } from '../support/release.ts';
import { treeFiles } from '../support/tree.ts';

const manifestShape = Compile(ComponentManifest);
const mostMegabytes = 60;

let built: BuiltRelease;
before(async () => {
  built = await builtRelease();
});

const manifestPath = (component: ComponentName) =>
  component === 'launcher' ? 'launcher/manifest.json' : `seed/manifests/${component}.json`;

function manifestOf(target: ClientTarget, component: ComponentName): ComponentManifest {
  const path = join(built.folder, targetName(target), manifestPath(component));
  const manifest = unsealedFile(path, 'holdfast/client-component', built.releaseKey);
  assert.ok(manifestShape.Check(manifest), path);
  return manifest;
}

describe('the packages of a release', () => {
  it('are there for every platform, whole by length and hash, and not larger than they may be', () => {
    const { release, folder } = built;
    assert.equal(release.version, holdfastVersion);
    assert.deepEqual(
      release.packages.map(({ kind, platform, architecture }) => `${platform}-${architecture} ${kind}`),
      targets.flatMap((target) => target.kinds.map((kind) => `${targetName(target)} ${kind}`)),
    );
    for (const { name, size, sha256: expected } of release.packages) {
      const content = readFileSync(join(folder, name));
      assert.equal(content.length, size, name);
      assert.equal(sha256(content), expected, name);
      assert.ok(size <= mostMegabytes * 1e6, `${name}: ${size} bytes`);
    }
  });

  it('are not taken from somebody who has another key', () => {
    const folder = temporaryFolder();
    try {
      const path = join(folder.path, 'release.json');
      const text = readFileSync(join(built.folder, 'release.json'), 'utf8');
      writeFileSync(path, text.replace(holdfastVersion, '9.9.9'));
      assert.throws(() => unsealedFile(path, 'holdfast/client-release', built.releaseKey), {
        code: 'policy.untrusted',
      });
    } finally {
      folder.remove();
    }
  });
});

describe('the components of an install folder', () => {
  for (const target of targets) {
    it(`are signed, and every file of ${targetName(target)} is in just one of them`, () => {
      const folder = join(built.folder, targetName(target));
      const owned: string[] = [];
      for (const component of componentNames) {
        const manifest = manifestOf(target, component);
        assert.equal(manifest.component, component);
        assert.equal(manifest.version, holdfastVersion);
        assert.equal(targetName({ ...target, ...manifest } as ClientTarget), targetName(target));
        const root = component === 'launcher' ? '' : 'seed/';
        const variants = (manifest.variants ?? []).flatMap(({ files }) => files);
        for (const { path, size, sha256: expected } of [...manifest.files, ...variants]) {
          const content = readFileSync(join(folder, root + path));
          assert.equal(content.length, size, path);
          assert.equal(sha256(content), expected, path);
          owned.push(root + path);
        }
        owned.push(manifestPath(component));
      }
      assert.deepEqual(owned.toSorted(), [...treeFiles(folder).keys()]);
    });
  }

  it('bring the screen driver in a variant for each range of versions, in one file of its own each', () => {
    const variants = manifestOf({ platform: 'windows', architecture: 'x64' }, 'screen').variants ?? [];
    assert.deepEqual(
      variants.map(({ name, from, below }) => ({ name, from, below })),
      [
        { name: 'winxp', from: undefined, below: '6.1' },
        { name: 'win7', from: '6.1', below: '10.0' },
        { name: 'win10', from: '10.0', below: undefined },
      ],
    );
    for (const { name, files } of variants) {
      const [driver] = files;
      assert.equal(driver?.path, `screen/${name}/screen.mjs`);
      const text = readFileSync(join(built.folder, 'windows-x64/seed', driver?.path ?? ''), 'utf8');
      assert.doesNotMatch(text, /from "\.\.?\//);
    }
  });

  it('have a Node for their own machine', () => {
    // e_machine of ELF: 62 x86-64, 183 AArch64.
    for (const [architecture, machine] of [['x64', 62] as const, ['arm64', 183] as const]) {
      for (const file of [
        'runtime/node',
        `node_modules/@koromix/koffi-linux-${architecture}/linux_${architecture}/koffi.node`,
      ]) {
        const content = readFileSync(join(built.folder, `linux-${architecture}`, file));
        assert.equal(content.toString('latin1', 0, 4), '\u007fELF');
        assert.equal(content.readUInt16LE(18), machine, `${architecture} ${file}`);
      }
    }
    const windows = readFileSync(join(built.folder, 'windows-x64/runtime/node.exe'));
    // The machine of its PE header: AMD64.
    assert.equal(windows.readUInt16LE(windows.readUInt32LE(0x3c) + 4), 0x8664);
  });

  it('know the key that signs them', () => {
    const pem = built.releaseKey.export({ type: 'spki', format: 'pem' }).toString();
    const line = pem.split('\n')[1] ?? '';
    for (const target of targets) {
      const folder = join(built.folder, targetName(target));
      for (const part of ['launcher', 'seed']) {
        const knows = [...treeFiles(join(folder, part)).keys()].filter(
          (path) => path.endsWith('.mjs') && readFileSync(join(folder, part, path), 'utf8').includes(line),
        );
        assert.ok(knows.length > 0, `${targetName(target)} ${part}`);
      }
    }
  });
});

describe('two builds', () => {
  // Longer: every kind for every target, instead of those of one.
  const chosen = process.env.HOLDFAST_FULL ? {} : { platform: 'windows' };
  it('of the same sources make the same bytes, in whatever folder', async () => {
    const folder = temporaryFolder();
    try {
      const packages = await buildRelease({ output: folder.path, ...chosen });
      for (const { name, sha256: again } of packages) {
        assert.equal(again, built.release.packages.find((one) => one.name === name)?.sha256, name);
        assert.equal(statSync(join(folder.path, name)).size, statSync(join(built.folder, name)).size);
      }
    } finally {
      folder.remove();
    }
  });
});
