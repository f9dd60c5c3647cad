/** A real Windows client, a real msiexec: enrolled, deployed to, broken, repaired, removed. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ClientSummary, Page } from '@holdfast/contract';
import {
  buildSmallPackage,
  type InstallerPackage,
  puttyPackage,
  wineAvailable,
  wixlAvailable,
} from '../../packages/machine/wine/index.ts';
import { addPackage, awaitStatus, deployToAll, statusMessages } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { startWindowsClient, type WindowsClient } from './windows-client.ts';

const skip = wineAvailable() ?? false;
const skipSmall = skip || (wixlAvailable() ?? false);
const skipPutty = skip || (existsSync(puttyPackage.msi) ? false : 'putty-0.68-installer.msi is not here');

const folder = temporaryFolder();
let running: TestSite;
let client: WindowsClient;

before(async () => {
  if (skip) return;
  running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
  client = await startWindowsClient(folder.path, running.site.managementPointUrl, running.token);
});
after(async () => {
  await client?.close();
  await running?.site.close();
  folder.remove();
});

test('a client enrols and reports from Windows', { skip }, async () => {
  const { site, api } = running;
  const enrolled = await awaitStatus(site, api, 30001);
  const started = await awaitStatus(site, api, 30002, { after: enrolled.id });
  assert.equal(started.clientId, enrolled.clientId);
  const { items } = await api.get<Page<ClientSummary>>('/clients');
  assert.deepEqual(
    items.map((item) => [item.platform, item.architecture, item.osName, item.osVersion]),
    [['windows', 'x64', 'Microsoft Windows 10', '10.0.18362']],
  );
  await client.restart();
  await awaitStatus(site, api, 30002, { after: started.id });
});

test('a small package is installed, broken, repaired by the published msiexec line and uninstalled', {
  skip: skipSmall,
}, async () => {
  await wholeLife('Small', await buildSmallPackage(join(folder.path, 'small'), 'Small'));
});

test('PuTTY is installed, broken, repaired by the published msiexec line and uninstalled', {
  skip: skipPutty,
}, async () => {
  await wholeLife('PuTTY', puttyPackage, '0.68');
});

test('an installer that runs while its client is killed ends, and is not started a second time', {
  skip,
}, async () => {
  const { site, api } = running;
  const [starts, done] = ['C:\\holdfast-starts.txt', 'C:\\holdfast-done.txt'];
  const { program } = await addPackage(
    api,
    { path: 'nothing.txt', bytes: Buffer.from('nothing') },
    { name: 'Slow', version: '1' },
    {
      platform: 'windows',
      // Long enough for a client to be killed and started again meanwhile.
      install: `cmd /c "echo started>> ${starts} & ping -n 6 127.0.0.1 > nul & echo done> ${done}"`,
      uninstall: `cmd /c "del ${starts} ${done}"`,
      detection: [{ kind: 'file', path: done }],
    },
  );
  const before = (await statusMessages(api)).at(-1)?.id ?? 0;
  const startsFile = client.prefix.toLinux(starts);
  const started = appears(startsFile);
  await deployToAll(api, program.id);
  await started;
  await client.restart();
  assert.equal(
    existsSync(client.prefix.toLinux(done)),
    false,
    'the installer had ended before the client was killed',
  );
  const verified = await awaitStatus(site, api, 30020, { after: before });
  assert.match(verified.text, /Slow/);
  assert.equal(readFileSync(startsFile, 'utf8').trim(), 'started');
});

/** Resolves when there is a file of this path. */
async function appears(path: string): Promise<void> {
  const changes = watch(dirname(path), { signal: AbortSignal.timeout(60_000) });
  for await (const _ of changes) if (existsSync(path)) return;
}

/** Deployed, verified by product code and file, broken by deleting the file, repaired, uninstalled. */
async function wholeLife(name: string, installer: InstallerPackage, minimumVersion?: string): Promise<void> {
  const { site, api } = running;
  const { msi, productCode, version, installedFile } = installer;
  const { program } = await addPackage(
    api,
    { path: basename(msi), bytes: readFileSync(msi) },
    { name, version },
    {
      platform: 'windows',
      install: `msiexec /i "{content}\\${basename(msi)}" /qn /L*v "{log}"`,
      // KB829810, with /qn because nobody is there to look at its window.
      repair: `msiexec /I "{content}\\${basename(msi)}" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn`,
      uninstall: `msiexec /x ${productCode} /qn /L*v "{log}"`,
      detection: [
        { kind: 'msi', productCode },
        { kind: 'file', path: installedFile, ...(minimumVersion === undefined ? {} : { minimumVersion }) },
      ],
    },
  );
  const before = (await statusMessages(api)).at(-1)?.id ?? 0;
  await deployToAll(api, program.id);
  const verified = await awaitStatus(site, api, 30020, { after: before });
  const file = client.prefix.toLinux(installedFile);
  const original = readFileSync(file);

  rmSync(file);
  const broken = await awaitStatus(site, api, 30022, { after: verified.id });
  assert.ok(broken.text.includes(installedFile), broken.text);
  const repairing = await awaitStatus(site, api, 10005, { after: broken.id });
  assert.match(repairing.text, /msiexec \/I .* REINSTALLMODE=vmeus REINSTALL=ALL/);
  const repaired = await awaitStatus(site, api, 30023, { after: repairing.id });
  assert.ok(readFileSync(file).equals(original), 'the file came back changed');

  // The newest deployment of a program wins, so this takes the place of the one above.
  await deployToAll(api, program.id, 'uninstall');
  await awaitStatus(site, api, 30021, { after: repaired.id });
  assert.equal(existsSync(file), false);
}
