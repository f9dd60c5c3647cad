/** Clients of the line on booted machines, damaged in their files, units and starters: mended by their site, by hand, by dpkg. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { ClientRepair, DeploymentClient, DeploymentSummary, Page, StatusRow } from '@holdfast/contract';
import { projectFolder } from '../../scripts/built.ts';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type LostSite, startLostSite } from '../support/lost-site.ts';
import { missingOnThisMachine, onlyInFull } from '../support/needs.ts';
import { treeFiles } from '../support/tree.ts';
import {
  assertWhole,
  client,
  clientIdOf,
  clientUnit,
  install,
  type LinuxMachine,
  newLinuxMachine,
  shown,
  state,
  typeLine,
  until,
} from './linux-machines.ts';

const folder = temporaryFolder();
const collection = 'Damaged';
const rescueTimer = 'holdfast-rescue.timer';

let life: LostSite;

/** The administrator's own command line. */
async function holdfast<Answer>(...words: readonly string[]): Promise<Answer> {
  const program = join(projectFolder, 'packages/cli/bin/holdfast.mjs');
  const { consoleUrl, apiKey } = life.site;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, ...words, '--json', '--site', consoleUrl, '--api-key', apiKey],
    { env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  return JSON.parse(stdout) as Answer;
}

const pathIn = ({ linux }: LinuxMachine, path: string) => linux.pathOf(`${install}/${path}`);

function lose(machine: LinuxMachine, path: string): void {
  rmSync(pathIn(machine, path), { recursive: true });
}

function flipOneByte(machine: LinuxMachine, path: string): void {
  const bytes = readFileSync(pathIn(machine, path));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  // Beside, and then in its place: a program that runs cannot be written.
  const place = pathIn(machine, path);
  writeFileSync(`${place}.new`, bytes, { mode: statSync(place).mode });
  renameSync(`${place}.new`, place);
}

function assertTree({ linux }: LinuxMachine): void {
  const wanted = treeFiles(join(life.built.folder, 'linux-x64'));
  assert.deepEqual([...treeFiles(linux.pathOf(install))], [...wanted]);
}

async function newClient(): Promise<LinuxMachine> {
  const machine = await newLinuxMachine(folder.path);
  await typeLine(machine, life);
  await assertWhole(machine);
  return machine;
}

const messagesOf = async (clientId: string) =>
  (await life.site.api.get<Page<StatusRow>>(`/clients/${clientId}/status?limit=500`)).items;

const missing = bootingMissing() || missingOnThisMachine('curl', 'sha256sum');

describe('clients that were damaged', { skip: missing }, () => {
  let first: LinuxMachine;
  let second: LinuxMachine;

  before(async () => {
    life = await startLostSite(join(folder.path, 'site'));
    first = await newClient();
    second = await newClient();
  });
  after(async () => {
    await first?.linux.stop();
    await second?.linux.stop();
    await life?.stop();
    folder.remove();
  });

  it('are mended by their site, under the job that mends them, and stay who they are', async (t) => {
    const ids = [await clientIdOf(first), await clientIdOf(second)];
    const { api } = life.site;
    await holdfast('collection', 'create', collection);
    await holdfast('collection', 'add', collection, first.name, second.name);
    const before = await Promise.all(ids.map(messagesOf));
    const process = await shown(second, 'MainPID');

    lose(first, 'seed/software');
    lose(first, 'launcher/rescue.mjs');
    flipOneByte(first, 'seed/manifests/inventory.json');
    await first.linux.ask('systemctl', 'mask', clientUnit);
    lose(second, 'seed/screen');
    await second.linux.ask(
      'sh',
      '-c',
      `systemctl stop ${rescueTimer}; rm /usr/lib/systemd/system/holdfast-rescue.*; systemctl daemon-reload`,
    );

    const began = performance.now();
    const repair = await holdfast<ClientRepair>('client', 'repair', collection);
    const [{ deploymentId } = { deploymentId: null }] = repair.deployments;
    assert.equal(repair.deployments.length, 1);
    const states = async () => (await api.get<DeploymentSummary>(`/deployments/${deploymentId}`)).states;
    await until('the end of the repair', first, async () => (await states()).succeeded === 2);
    t.diagnostic(`${Math.round(performance.now() - began)} ms`);

    assert.notEqual(await shown(second, 'MainPID'), process, 'dpkg has started the client anew');
    for (const [index, machine] of [first, second].entries()) {
      await assertWhole(machine);
      assertTree(machine);
      const id = ids[index] ?? '';
      assert.equal(await clientIdOf(machine), id);
      assert.ok(existsSync(machine.linux.pathOf(`${state}/setup/repaired-${repair.nonce}`)));
      const after = await messagesOf(id);
      // Its outbox and its journal went on where they were: every message is here, once, and none was lost.
      const numbers = after.map(({ seq }) => seq).sort((one, other) => one - other);
      assert.deepEqual(
        numbers,
        Array.from(numbers, (_, index) => index + (numbers[0] ?? 0)),
      );
      assert.ok(after.length > (before[index]?.length ?? 0));
      const codes = after.filter((row) => row.deploymentId === deploymentId).map(({ code }) => code);
      assert.equal(codes.filter((code) => code === 10_005).length, 1, `it was started once: ${codes}`);
      assert.equal(codes[0], 30_020, `${codes}`);
    }
    const { items } = await api.get<Page<DeploymentClient>>(`/deployments/${deploymentId}/clients`);
    assert.deepEqual(items.map(({ clientId }) => clientId).sort(), [...ids].sort());
  });

  it('say what they are made of, what is wrong, and mend any part of it by hand', {
    skip: onlyInFull(),
  }, async () => {
    const { linux } = first;
    const listed = JSON.parse(await linux.ask(client, 'components', '--json')) as {
      components: { component: string; version: string | null }[];
    };
    assert.deepEqual(listed.components.map(({ component }) => component).sort(), [
      'core',
      'inventory',
      'launcher',
      'screen',
      'software',
    ]);
    const damages: readonly (readonly [string, () => void])[] = [
      ['software', () => lose(first, 'seed/software/software.mjs')],
      ['inventory', () => flipOneByte(first, 'seed/inventory/inventory.mjs')],
      ['screen', () => writeFileSync(pathIn(first, 'seed/manifests/screen.json'), 'torn')],
      ['launcher', () => flipOneByte(first, 'launcher/rescue.mjs')],
    ];
    for (let subset = 1; subset < 1 << damages.length; subset += subset < 4 ? 1 : 4) {
      const chosen = damages.filter((_, index) => (subset >> index) % 2 === 1);
      // One that runs looks at itself after each repair, and would be quicker than this test.
      await linux.ask('systemctl', 'stop', clientUnit);
      for (const [, damage] of chosen) damage();
      const verified = await linux.run(client, 'verify', '--json');
      assert.equal(verified.code, 1);
      for (const [component] of chosen) assert.ok(verified.output.includes(`"component": "${component}"`));
      const repaired = await linux.run(client, 'repair', '--json');
      assert.equal(repaired.code, 0, repaired.output);
      assertTree(first);
    }
    await assertWhole(first);
  });

  it('find by themselves what is wrong, and mend it', { skip: onlyInFull() }, async () => {
    lose(first, 'seed/software');
    flipOneByte(first, 'launcher/rescue.mjs');
    await first.linux.ask('systemctl', 'mask', '--now', rescueTimer);
    const { output } = await first.linux.run(client, 'health', '--evaluate', '--json');
    assert.match(output, /"remedied"/);
    assertTree(first);
    await assertWhole(first);
  });

  it('are restored by the same package, which ends in a repair', async () => {
    lose(second, 'seed');
    lose(second, 'bin');
    flipOneByte(second, 'runtime/node');
    await second.linux.ask('rm', `/usr/lib/systemd/system/${clientUnit}`);
    const id = JSON.parse(readFileSync(second.linux.pathOf(`${state}/package/package.json`), 'utf8')) as {
      package: { name: string };
    };
    const { code, output } = await second.linux.run(
      'dpkg',
      '--install',
      `${state}/package/${id.package.name}`,
    );
    assert.equal(code, 0, output);
    assert.match(output, /nothing had to be restored/);
    assertTree(second);
    await assertWhole(second);
  });
});
