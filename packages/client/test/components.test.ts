/** Components on a real disk: every kind of damage is found, and mended from the kept package without touching anything else. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { isHoldfastError, sha256 } from '@holdfast/contract';
import fc from 'fast-check';
import { isWhole, repairComponents, verifyComponents } from '../src/components/index.ts';
import { type Installed, installed } from './support/installed.ts';
import { newKeys, standIn, tar } from './support/stand-in.ts';

/** Every file with every damage, and so many random subsets; a few of them otherwise. */
const runs = Number(process.env.HOLDFAST_COMPONENT_RUNS ?? 12);
const everything = process.env.HOLDFAST_COMPONENT_RUNS !== undefined;

const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  lost: (path) => rm(path),
  'lost with its folder': (path) => rm(dirname(path), { recursive: true }),
  truncated: async (path) => truncate(path, (await readFile(path)).length >> 1),
  'made longer': (path) => writeFile(path, 'x', { flag: 'a' }),
  'changed in one byte': async (path) => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
  },
  'a folder with something in it': async (path) => {
    await rm(path);
    await mkdir(`${path}/inside`, { recursive: true });
    await writeFile(`${path}/inside/file`, 'not ours');
  },
  'a link to something else': async (path) => {
    await rm(path);
    await symlink('/etc/hostname', path);
  },
};

/** An empty file has nothing to lose, and a byte of it cannot change. */
const applies = (how: string, bytes: number) => bytes > 0 || !/truncated|byte/.test(how);

async function assertWhole(made: Installed): Promise<void> {
  assert.deepEqual(
    (await verifyComponents(made.installation)).flatMap((one) => one.damages),
    [],
  );
}

test('a client as its package laid it out is whole, and its variant is that of this version of the system', async (context) => {
  const made = await installed(context);
  const findings = await verifyComponents(made.installation);
  assert.ok(isWhole(findings));
  assert.deepEqual(
    findings.map(({ component, variant }) => [component, variant]),
    [
      ['launcher', null],
      ['core', null],
      ['software', null],
      ['inventory', null],
      ['screen', 'new'],
    ],
  );
});

test('each file of the client comes back from the kept package, whatever has happened to it', async (context) => {
  const made = await installed(context);
  await made.keep('deb');
  const before = await made.picture();
  for (const [index, [path, bytes]] of [...made.client.tree].entries()) {
    const possible = Object.keys(damages).filter((how) => applies(how, bytes.length));
    // In turn: every file and every kind of damage. Each with each is for a longer run.
    const chosen = everything ? possible : [possible[index % possible.length] ?? ''];
    for (const how of chosen) {
      await damages[how]?.(made.path(path));
      assert.ok(!isWhole(await verifyComponents(made.installation)), `${path}, ${how}, is not found`);
      const report = await repairComponents(made.installation);
      assert.ok(isWhole(report.after), `${path}, ${how}: ${JSON.stringify(report.unrestored)}`);
      assert.ok(report.restored.every(({ from }) => from === 'kept package'));
      assert.deepEqual(await made.picture(), before, `${path}, ${how}`);
    }
  }
});

test('any subset of damaged files comes back from any kind of package, and nothing else changes', async (context) => {
  const made = await installed(context);
  await writeFile(made.path('seed/core/of-an-administrator.txt'), 'kept as it is');
  const before = await made.picture();
  const paths = [...made.client.tree].map(([path, bytes]) => ({ path, bytes: bytes.length }));
  const harm = fc.record({
    at: fc.integer({ min: 0, max: paths.length - 1 }),
    how: fc.constantFrom(...Object.keys(damages).filter((how) => !how.includes('with its folder'))),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(harm, { selector: ({ at }) => at, maxLength: paths.length }),
      fc.constantFrom('deb' as const, 'tar.gz' as const),
      async (harms, kind) => {
        await made.keep(kind);
        for (const { at, how } of harms) {
          const { path, bytes } = paths[at] ?? assert.fail();
          if (applies(how, bytes)) await damages[how]?.(made.path(path));
        }
        const report = await repairComponents(made.installation);
        assert.deepEqual(report.unrestored, []);
        assert.deepEqual(await made.picture(), before);
      },
    ),
    { numRuns: runs },
  );
});

test('a repair of what is whole writes nothing, and a dry run only tells', async (context) => {
  const made = await installed(context);
  await made.keep('deb');
  const before = await made.picture();
  assert.deepEqual((await repairComponents(made.installation)).restored, []);
  assert.deepEqual(await made.picture(), before);
  await rm(made.path('bin/holdfast-client'));
  const report = await repairComponents(made.installation, { dryRun: true });
  assert.deepEqual(report.before[0]?.damages, [
    { kind: 'file', what: 'bin/holdfast-client', reason: 'it is missing' },
  ]);
  assert.equal((await made.picture()).has('bin/holdfast-client'), false);
});

test('only the components that are named are looked at and mended', async (context) => {
  const made = await installed(context);
  await made.keep('tar.gz');
  for (const path of ['bin/holdfast-client', 'seed/software/software.mjs']) await rm(made.path(path));
  const { restored } = await repairComponents(made.installation, { names: ['software'] });
  assert.deepEqual(restored, [
    { component: 'software', what: 'software/software.mjs', reason: 'it is missing', from: 'kept package' },
  ]);
  assert.equal((await made.picture()).has('bin/holdfast-client'), false);
});

const untrue: Readonly<Record<string, (made: Installed) => Buffer>> = {
  'signed by another key': ({ client }) => client.manifest('core', {}, 'other'),
  'of another version': ({ client }) => client.manifest('core', { version: '0.9.0' }),
  'of another architecture': ({ client }) => client.manifest('core', { architecture: 'arm64' }),
  'of another component': ({ client }) => client.manifest('core', { component: 'software' }),
  'with a path that leads out': ({ client }) =>
    client.manifest('core', { files: [{ path: '../../evil', size: 0, sha256: sha256('') }] }),
  'no JSON': () => Buffer.from('\0\0'),
  empty: () => Buffer.alloc(0),
};

for (const [what, bytes] of Object.entries(untrue)) {
  test(`a manifest that is ${what} is damage, and is restored`, async (context) => {
    const made = await installed(context);
    await made.keep('deb');
    const before = await made.picture();
    await writeFile(made.path('seed/manifests/core.json'), bytes(made));
    await rm(made.path('seed/core/holdfast-client.mjs'));
    const report = await repairComponents(made.installation);
    assert.equal(report.before[1]?.damages[0]?.kind, 'manifest');
    assert.deepEqual(
      report.restored.map((one) => one.what),
      ['manifests/core.json', 'core/holdfast-client.mjs'],
    );
    assert.deepEqual(await made.picture(), before);
  });
}

test('a kept package of another version gives nothing: repairing never upgrades', async (context) => {
  const keys = newKeys();
  const made = await installed(context, {}, standIn({ keys }));
  await made.keep('deb', standIn({ keys, version: '2.0.0' }));
  for (const path of ['seed/manifests/core.json', 'seed/software/software.mjs']) await rm(made.path(path));
  const broken = await made.picture();
  const report = await repairComponents(made.installation);
  assert.deepEqual(report.restored, []);
  assert.deepEqual(report.unrestored, [
    { component: 'core', what: 'manifests/core.json', reason: 'no source has a good copy of it' },
    { component: 'software', what: 'software/software.mjs', reason: 'no source has a good copy of it' },
  ]);
  assert.deepEqual(await made.picture(), broken);
});

/** Every byte of what the package was made of, somewhere in it, in turn. */
async function keepDamaged(made: Installed, change: (bytes: Buffer) => Buffer): Promise<void> {
  await made.keep('tar.gz');
  const path = `${made.state}/package/holdfast-client-1.0.0.tar.gz`;
  await writeFile(path, change(await readFile(path)));
}

test('a kept package that is cut off, or no package at all, is trouble and never written from', async (context) => {
  const made = await installed(context);
  await rm(made.path('seed/software/software.mjs'));
  const broken = await made.picture();
  for (const change of [
    (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
    () => Buffer.from('<html>sign in to the hotel</html>'),
    () => Buffer.alloc(0),
  ]) {
    await keepDamaged(made, change);
    const report = await repairComponents(made.installation);
    assert.deepEqual(
      report.troubles.map(({ source, error }) => [source, error]),
      [['kept package', 'component.damaged']],
    );
    assert.deepEqual(await made.picture(), broken);
  }
});

test('one byte changed anywhere in a kept package never reaches a file of the client', async (context) => {
  const made = await installed(context);
  await made.keep('tar.gz');
  const whole = await readFile(`${made.state}/package/holdfast-client-1.0.0.tar.gz`);
  const before = await made.picture();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: whole.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, by) => {
        await rm(made.path('seed/software/software.mjs'), { force: true });
        await keepDamaged(made, (bytes) => {
          bytes[at] = (bytes[at] ?? 0) ^ by;
          return bytes;
        });
        await repairComponents(made.installation);
        const { size } = await made.picture();
        if (size === before.size) await assertWhole(made);
        else assert.equal(size, before.size - 1);
      },
    ),
    { numRuns: runs },
  );
});

test('archives of an attacker end in a coded error', async () => {
  const { tarEntries } = await import('../src/components/packages/tar.ts');
  const whole = tar([['seed/a', Buffer.alloc(2_000, 'a')]]);
  const read = async (bytes: Uint8Array) => {
    for await (const { content } of tarEntries(
      (async function* () {
        yield bytes;
      })(),
    )) {
      for await (const _piece of content);
    }
  };
  await read(whole);
  for (const bytes of [whole.subarray(0, 1_000), whole.subarray(0, 2_000), Buffer.alloc(4_096, 'x')]) {
    await assert.rejects(read(bytes), (thrown) => isHoldfastError(thrown, 'component.damaged'));
  }
});
