/** Repair from the site: whom it is for, what it makes, and what its script does on a machine. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import {
  Assignment,
  type ClientRepair,
  type CollectionSummary,
  type DeploymentSummary,
  mpPaths,
  type PackageSummary,
  type Page,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { repairFiles } from '../src/repair/scripts.ts';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { ask, enrolClient, type TestClient, temporaryFolder } from './support/site.ts';

const day = 86_400_000;

describe('a repair', () => {
  let site: ConsoleSite;
  let linux: TestClient;
  let windows: TestClient;
  before(async () => {
    site = await openConsoleSite();
    linux = await enrolClient(site.site, { hostName: 'debian' });
    windows = await enrolClient(site.site, { hostName: 'office', platform: 'windows' });
    await enrolClient(site.site, { hostName: 'studio', platform: 'macos' });
  });
  after(() => site.close());

  const repair = (body: unknown, query = '') =>
    site.call<ClientRepair>('POST', `/client-repairs${query}`, body);
  const total = async (path: string) => (await site.call<Page<unknown>>('GET', path)).body.total;
  const allClients = async () => {
    const { body } = await site.call<Page<CollectionSummary>>('GET', '/collections');
    return body.items.find((collection) => collection.builtIn)?.id;
  };
  async function assignmentsOf(identity: TestClient): Promise<Assignment[]> {
    const policy = await ask(site.site, mpPaths.policy, { identity });
    const { assignments } = JSON.parse(policy.json.payload) as { assignments: { hash: string }[] };
    return await Promise.all(
      assignments.map(async ({ hash }) => {
        const answer = await ask(site.site, `${mpPaths.assignments}/${hash}`, { identity });
        assert.ok(Compile(Assignment).Check(answer.json));
        return answer.json;
      }),
    );
  }

  test('a dry run says what would be and changes nothing', async () => {
    const { status, body } = await repair({ collectionId: await allClients() }, '?dryRun=true');
    assert.equal(status, 200);
    assert.equal(body.leftOut, 1);
    assert.deepEqual(
      body.deployments.map(({ platform, clients, deploymentId }) => [platform, clients, deploymentId]),
      [
        ['linux', 1, null],
        ['windows', 1, null],
      ],
    );
    assert.deepEqual([await total('/deployments'), await total('/packages')], [0, 0]);
  });

  test('every machine of a collection gets the program of its platform, with content that it can fetch', async () => {
    const { status, body, text } = await repair({ collectionId: await allClients() });
    assert.equal(status, 201, text);
    for (const [client, file] of [
      [linux, repairFiles.linux],
      [windows, repairFiles.windows],
    ] as const) {
      const [assignment, second] = await assignmentsOf(client);
      assert.ok(assignment && second === undefined);
      assert.ok(
        assignment.program.install.includes(body.nonce) && assignment.program.install.includes(file.path),
      );
      assert.match(JSON.stringify(assignment.program.detection), new RegExp(`repaired-${body.nonce}`));
      const content = assignment.content.find(({ path }) => path === file.path);
      const sent = await ask(site.site, `${mpPaths.content}/${content?.sha256}`, { identity: client });
      assert.equal(sent.text, file.text);
    }
  });

  test('whoever joins the collection later is not repaired', async () => {
    const newcomer = await enrolClient(site.site, { hostName: 'later' });
    assert.deepEqual(await assignmentsOf(newcomer), []);
  });

  test('one machine alone is repaired again under a name of its own, with the package of before', async () => {
    const again = await repair({ clientId: linux.id });
    assert.equal(again.status, 201, again.text);
    assert.equal((await assignmentsOf(linux)).length, 2);
    assert.equal((await assignmentsOf(windows)).length, 1);
    const packages = (await site.call<Page<PackageSummary>>('GET', '/packages')).body;
    assert.deepEqual([packages.total, packages.items[0]?.programs], [1, 3]);
    assert.equal(await total('/audit?search=client.repair'), 2);
  });

  test('what is meant by neither or both, by nobody, or by machines without a client of ours is refused', async () => {
    const collectionId = await allClients();
    assert.equal(codeOf(await repair({})), 'request.invalid');
    assert.equal(codeOf(await repair({ clientId: linux.id, collectionId })), 'request.invalid');
    assert.equal(codeOf(await repair({ clientId: site.context.entropy.uuid() })), 'not-found');
    const mac = await enrolClient(site.site, { hostName: 'mini', platform: 'macos' });
    assert.equal(codeOf(await repair({ clientId: mac.id })), 'conflict');
    await site.call('DELETE', `/clients/${windows.id}/certificate`);
    assert.equal(codeOf(await repair({ clientId: windows.id })), 'conflict');
  });

  test('a repair of last month is withdrawn with what was made for it, by the next one', async () => {
    const collections = await total('/collections');
    site.site.clock.forward(31 * day);
    const { body } = await repair({ clientId: linux.id });
    const left = (await site.call<Page<DeploymentSummary>>('GET', '/deployments')).body;
    assert.deepEqual(
      left.items.map(({ id }) => id),
      body.deployments.map(({ deploymentId }) => deploymentId),
    );
    assert.equal(await total('/collections'), collections - 3 + 1);
    assert.equal((await assignmentsOf(linux)).length, 1);
  });
});

/** A machine in a folder: a bootstrap that ends with this code, and a script to repair with. */
async function machineWith(context: TestContext, bootstrap: { help: number; code: number } | undefined) {
  const root = await temporaryFolder();
  context.after(() => rm(root, { recursive: true, force: true }));
  const script = join(root, 'repair.sh');
  await writeFile(script, repairFiles.linux.text);
  if (bootstrap) await writeBootstrap(join(root, 'opt/holdfast-client'), 'installed', bootstrap);
  const state = join(root, 'var/lib/holdfast-client');
  await mkdir(join(state, 'setup'), { recursive: true });
  return {
    root,
    state,
    run() {
      const { status, stdout, stderr } = spawnSync('/bin/sh', [script, 'the-nonce', `${root}/`], {
        encoding: 'utf8',
      });
      return { status, said: stdout + stderr };
    },
    marks: () => readdir(join(state, 'setup')),
  };
}

async function writeBootstrap(folder: string, name: string, { help, code }: { help: number; code: number }) {
  const path = join(folder, 'bin', 'holdfast-setup');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n[ "$1" = --help ] && exit ${help}\necho "${name} $*"\nexit ${code}\n`);
  await chmod(path, 0o755);
}

test('the installed bootstrap is run, and a mark left only when it has ended well', async (context) => {
  const machine = await machineWith(context, { help: 0, code: 0 });
  assert.deepEqual(machine.run(), { status: 0, said: 'installed /noservice\n' });
  assert.deepEqual(await machine.marks(), ['repaired-the-nonce']);
  for (const code of [6, 7, 8, 10]) {
    const failing = await machineWith(context, { help: 0, code });
    assert.equal(failing.run().status, code);
    assert.deepEqual(await failing.marks(), []);
  }
});

for (const kind of ['tar.gz', 'deb'] as const) {
  test(`where it does not start, the bootstrap of the kept .${kind} is laid out beside and run`, async (context) => {
    for (const broken of [undefined, { help: 1, code: 0 }]) {
      const machine = await machineWith(context, broken);
      const kept = join(machine.state, 'package');
      const tree = join(machine.root, 'tree');
      await mkdir(kept);
      await writeFile(join(kept, 'package.json'), '{}');
      if (kind === 'tar.gz') {
        await writeBootstrap(tree, 'kept', { help: 0, code: 0 });
        execFileSync('tar', ['-czf', join(kept, 'client.tar.gz'), '-C', tree, '.']);
      } else {
        await writeBootstrap(join(tree, 'opt/holdfast-client'), 'kept', { help: 0, code: 0 });
        await mkdir(join(tree, 'DEBIAN'));
        const control = 'Package: kept\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n';
        await writeFile(join(tree, 'DEBIAN/control'), control);
        execFileSync('dpkg-deb', ['-b', tree, join(kept, 'client.deb')], { stdio: 'ignore' });
      }
      const { status, said } = machine.run();
      assert.equal(status, 0, said);
      assert.match(said, /^kept \/noservice$/m);
      assert.deepEqual(await machine.marks(), ['repaired-the-nonce']);
    }
  });
}

test('where no bootstrap starts at all, the script says so and leaves nothing', async (context) => {
  const machine = await machineWith(context, undefined);
  await mkdir(join(machine.state, 'package'));
  await writeFile(join(machine.state, 'package', 'client.tar.gz'), 'damaged');
  const { status, said } = machine.run();
  assert.equal(status, 6);
  assert.match(said, /no bootstrap on this machine starts/);
  assert.deepEqual(await machine.marks(), []);
});
