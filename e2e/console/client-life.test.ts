/** The life of clients in the console: set up before one's eyes, well or not, silent, repaired; real site, real browser. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { overflowOf, shoot, type Visit, visit } from '@holdfast/console/test/browser';
import {
  type ClientPackage,
  type ClientRelease,
  type ClientSetup,
  type DeploymentSummary,
  type HealthFinding,
  type HealthReport,
  mpPaths,
  type Page as Rows,
  type SetupReport,
  seal,
  setupLine,
} from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import { bytesSource, openDatabase } from '@holdfast/msi';
import { smallPackage } from '@holdfast/site/test/packages';
import type { Page } from 'playwright-core';
import { builtConsole, createAdministrator, goTo, missingBrowser, signIn } from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { buildDeb, buildTarGz } from '../support/packages.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { enrolWireClient, type WireClient } from '../support/wire-client.ts';

const hostile = '<script>window.attacked=1</script><img src=x onerror="window.attacked=1">';
const day = 86_400_000;
const skip = missingBrowser || missingOnThisMachine('dpkg-deb', 'tar', 'curl', 'sha256sum');

const folder = temporaryFolder();
/** How far the clock of the site is ahead. Milliseconds. */
let ahead = 0;
let running: TestSite;
/** A client of the wire that also carries what machines tell before they are clients. */
let postman: WireClient;

before(async () => {
  if (skip) return;
  const { clock } = linuxMachine();
  running = await startTestSite({
    dataFolder: join(folder.path, 'site'),
    pollSeconds: 1,
    distFolder: await builtConsole(),
    clock: {
      now: () => clock.now() + ahead,
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    },
  });
  await createAdministrator(running);
  postman = await enrolWireClient(running.site.managementPointUrl, running.token, { hostName: 'postman' });
});
after(async () => {
  postman?.close();
  await running?.site.close();
  folder.remove();
});

const wide = { width: 1280, height: 900, scheme: 'light' } as const;

/** Signs in, does the work, and asserts that the browser had nothing to complain about and ran nothing hostile. */
async function signedIn(
  work: (page: Page) => Promise<void>,
  look: Parameters<typeof visit>[1] = wide,
): Promise<void> {
  const { page, complaints, close }: Visit = await visit(running.site.consoleUrl, look);
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await work(page);
    assert.equal(await page.evaluate('window.attacked'), undefined);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
}

type Told = Pick<SetupReport, 'phase' | 'moment'> & Partial<SetupReport>;

/** The words of one machine about its set-up, in their order. */
function bootstrap(token: string, hostName: string) {
  const setupId = randomUUID();
  let seq = 0;
  return async (told: Told) => {
    seq += 1;
    const machine = { hostName, platform: 'linux', architecture: 'x64', intent: 'install' } as const;
    const report: SetupReport = { setupId, seq, at: Date.now(), ...machine, ...told };
    const { status, body } = await postman.post(mpPaths.setup, { token, reports: [report] });
    assert.equal(status, 204, body);
  };
}

async function evaluated(client: WireClient, findings: HealthFinding[]): Promise<void> {
  const report: HealthReport = {
    evaluatedAt: Date.now(),
    occasion: 'daily',
    clientVersion: '0.1.0',
    findings,
  };
  const { status, body } = await client.post(mpPaths.health, report);
  assert.equal(status, 204, body);
}

/** A release of small stand-ins: nothing here is run, but everything is fetched. */
async function addRelease({ api }: TestSite, version: string): Promise<void> {
  const uploaded = async (bytes: Uint8Array, about: Omit<ClientPackage, 'size' | 'sha256'>) => {
    const { sha256, size } = await api.upload(bytes);
    return { ...about, sha256, size };
  };
  const linux = { platform: 'linux', architecture: 'x64' } as const;
  const deb = buildDeb('holdfast-client', version, { 'opt/stand-in': version });
  const archive = buildTarGz({ 'bin/holdfast-setup': `#!/bin/sh\necho ${version}\n` });
  const release: ClientRelease = {
    version,
    floor: '0.1.0',
    releasedAt: Date.now(),
    packages: [
      await uploaded(await smallPackage(), {
        kind: 'msi',
        platform: 'windows',
        architecture: 'x64',
        name: 'client.msi',
      }),
      await uploaded(deb, { kind: 'deb', ...linux, name: `holdfast-client_${version}_amd64.deb` }),
      await uploaded(archive, {
        kind: 'tar.gz',
        ...linux,
        name: `holdfast-client-${version}-linux-x64.tar.gz`,
      }),
    ],
  };
  const envelope = seal('holdfast/client-release', JSON.stringify(release), releaseKey.privateKey);
  const pem = releaseKey.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await api.post('/client-releases', { release: envelope, releaseKey: pem, trust: envelope.keyId });
}
const releaseKey = generateKeyPairSync('ed25519');

/** Makes a token in the dialog and answers it, as the packages by hand show it; there is no release yet. */
async function openDialog(page: Page): Promise<string> {
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Add a client' }).first().click();
  await page.getByRole('textbox', { name: 'Label' }).fill('Front office');
  await page.getByRole('button', { name: 'Create token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a client' });
  await dialog.getByText('This site has no release of the client yet').waitFor();
  await dialog.getByText('holdfast release add dist/client --trust').waitFor();
  await dialog.getByRole('tab', { name: 'By hand' }).click();
  const words = await dialog.getByText(/^sudo holdfast-client enrol /).textContent();
  await dialog.getByRole('tab', { name: 'Linux' }).click();
  const token = / --token (HF1\.\S+)$/.exec(words ?? '')?.[1];
  assert.ok(token, `the command is: ${words}`);
  return token;
}

async function checkLines(page: Page, token: string): Promise<void> {
  const offer = await running.api.get<ClientSetup>('/client-setup');
  const dialog = page.getByRole('dialog', { name: 'Add a client' });
  const linux = await dialog.getByText(/^curl .*sudo sh holdfast-setup\.sh/).textContent();
  assert.equal(linux, setupLine(offer, 'linux', token));
  await shoot(page, 'life-line-linux');
  // All but its last part, which would set this machine up: the script arrives, and it is the one of the hash.
  const [fetching, checking] = linux?.split(' && ') ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', `${fetching} && ${checking}`], {
    cwd: folder.path,
    timeout: 30_000,
  });
  assert.equal(stdout, 'holdfast-setup.sh: OK\n');

  await dialog.getByRole('tab', { name: 'Windows' }).click();
  const windows = await dialog.getByText(/^curl\.exe .* && msiexec \/i client\.msi /).textContent();
  assert.equal(windows, setupLine(offer, 'windows', token));
  const msi = offer.release?.packages.find(({ kind }) => kind === 'msi');
  await dialog.getByText(msi?.sha256 ?? 'no msi', { exact: true }).waitFor();
  assert.equal(await dialog.getByRole('link', { name: 'client.msi' }).getAttribute('href'), msi?.url);
  await shoot(page, 'life-line-windows');
  const downloading = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download with address and token in it' }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), 'client.msi');
  const database = await openDatabase(bytesSource(readFileSync(await download.path())));
  const properties = new Map((await database.table('Property')).rows.map(([name, value]) => [name, value]));
  assert.deepEqual(
    [properties.get('SITE'), properties.get('TOKEN')],
    [running.site.managementPointUrl, token],
  );

  await dialog.getByRole('tab', { name: 'By hand' }).click();
  await dialog.getByText('sudo dpkg -i ./holdfast-client_1.0.0_amd64.deb').waitFor();
  await dialog.getByRole('tab', { name: 'Linux' }).click();
}

test('the dialog that adds a client shows its line, and follows the machine through its phases', {
  skip,
}, async () => {
  await signedIn(async (page) => {
    let loads = 0;
    page.on('domcontentloaded', () => {
      loads += 1;
    });
    const token = await openDialog(page);
    const setups = page.getByRole('region', { name: 'Set-ups with this token' });
    await setups.getByText('Waiting for the first word of a machine.').waitFor();
    await shoot(page, 'life-no-release');
    await addRelease(running, '1.0.0');
    await checkLines(page, token);

    const hostName = `NEW-07 ${hostile}`;
    const tell = bootstrap(token, hostName);
    await tell({ phase: 'locate', moment: 'begins' });
    await setups.getByText(hostName, { exact: true }).waitFor();
    await setups.getByText('1 of 8: Find the site').waitFor();
    await setups.getByText('Running', { exact: true }).waitFor();
    await tell({ phase: 'download', moment: 'begins', version: '1.0.0' });
    await setups.getByText('4 of 8: Download').waitFor();
    const reason = `The line is away: ${hostile}`;
    await tell({ phase: 'download', moment: 'waits', error: 'network.unreachable', reason });
    await setups.getByText('Waiting', { exact: true }).waitFor();
    await setups.getByText(reason).waitFor();
    await setups.getByText('network.unreachable').waitFor();
    await setups.getByRole('img', { name: '3 of 8 phases done: Download waits' }).waitFor();
    assert.doesNotMatch((await setups.textContent()) ?? '', /\bin \d+ sec/, 'what was heard is past');
    await shoot(page, 'life-waiting');
    await tell({ phase: 'enrol', moment: 'begins' });
    await setups.getByText('7 of 8: Enrol').waitFor();
    await setups.getByText(reason).waitFor({ state: 'detached' });
    const client = await enrolWireClient(running.site.managementPointUrl, token, { hostName });
    client.close();
    await tell({ phase: 'components', moment: 'ended', clientId: client.clientId });
    await setups.getByText('Succeeded', { exact: true }).waitFor();
    await setups.getByRole('img', { name: '8 of 8 phases done' }).waitFor();
    await shoot(page, 'life-succeeded');
    await setups.getByRole('link', { name: 'Open the client' }).click();
    await page.getByRole('heading', { level: 1, name: hostName }).waitFor();
    await page.getByText('No evaluation yet').waitFor();
    assert.equal(loads, 0, 'everything came live');
  });
});

test('a machine that enrols without a word of its set-up is seen by the use of its token', {
  skip,
}, async () => {
  await signedIn(async (page) => {
    await page.goto('/settings/tokens');
    await page.getByRole('button', { name: 'Add a client' }).first().click();
    await page.getByRole('textbox', { name: 'Label' }).fill('By hand');
    await page.getByRole('button', { name: 'Create token' }).click();
    const line = await page.getByText(/^curl .*sudo sh holdfast-setup\.sh/).textContent();
    const token = /TOKEN=(HF1\.[^']+)/.exec(line ?? '')?.[1] ?? '';
    const setups = page.getByRole('region', { name: 'Set-ups with this token' });
    await setups.getByText('Waiting for the first word of a machine.').waitFor();
    const client = await enrolWireClient(running.site.managementPointUrl, token, { hostName: 'by-hand' });
    client.close();
    await setups.getByText('1 machine has enrolled with this token').waitFor();
  });
});

test('a set-up that fails is counted, listed with its reason, and told phase by phase', {
  skip,
}, async () => {
  const tell = bootstrap(running.token, `broken ${hostile}`);
  await tell({ phase: 'verify', moment: 'begins' });
  const reason = `The package is not the one of the hash ${hostile}`;
  await tell({ phase: 'verify', moment: 'failed', error: 'content.hash-mismatch', reason });
  await signedIn(async (page) => {
    await page.getByRole('link', { name: 'Failed set-ups 1' }).click();
    const row = page.getByRole('table', { name: 'Set-ups' }).getByRole('row', { name: 'broken' });
    await row.getByText('Failed', { exact: true }).waitFor();
    await row.getByRole('img', { name: '4 of 8 phases done: Verify the package failed' }).waitFor();
    await row.getByText(reason).waitFor();
    await page.getByText('1 of 1').waitFor();
    await shoot(page, 'life-setups-failed');
    await row.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: `broken ${hostile}` }).waitFor();
    const reports = page.getByRole('table', { name: 'Reports' });
    assert.equal(await reports.getByRole('row').count(), 3);
    await reports.getByText('content.hash-mismatch').waitFor();
    await page.getByRole('link', { name: 'Set-ups' }).click();
    await page.getByRole('combobox', { name: 'State' }).selectOption('Succeeded');
    await page.getByRole('row', { name: 'NEW-07' }).waitFor();
    assert.equal(new URL(page.url()).search, '?state=succeeded');
  });
});

const damaged: HealthFinding = {
  check: 'component',
  component: 'screen',
  state: 'remedied',
  reason: `screen.mjs: ${hostile}`,
  remedy: `restored screen.mjs ${hostile}`,
};
const whole: HealthFinding = {
  check: 'component',
  component: 'core',
  state: 'ok',
  reason: 'version 0.1.0 (x11), all as its manifest says',
};
const full: HealthFinding = {
  check: 'disk',
  state: 'failed',
  reason: `${hostile} is full`,
  error: 'disk.full',
};

test('what a client finds appears on its page as it is told, and silence is said', { skip }, async () => {
  const { api } = running;
  const id = postman.clientId;
  await signedIn(async (page) => {
    await page.goto(`/clients/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    const health = page.getByRole('region', { name: 'Health' });
    await health.getByText('No evaluation yet').waitFor();
    await evaluated(postman, [
      whole,
      damaged,
      full,
      { check: 'wmi', state: 'not-applicable', reason: 'no Windows' },
    ]);
    const components = health.getByRole('table', { name: 'Components' });
    await components.getByRole('row', { name: 'Screen driver Remedied' }).getByText(damaged.reason).waitFor();
    await components.getByText(damaged.remedy ?? '', { exact: true }).waitFor();
    await components.getByRole('row', { name: 'Core Well version 0.1.0 (x11)' }).waitFor();
    const checks = health.getByRole('table', { name: 'Checks' });
    await checks.getByRole('row', { name: 'Disk Failed' }).getByText('disk.full').waitFor();
    await checks.getByRole('row', { name: 'WMI Not applicable' }).waitFor();
    await health.getByText('Unhealthy', { exact: true }).waitFor();
    await evaluated(postman, [whole, { check: 'disk', state: 'ok', reason: 'room enough' }]);
    await checks.getByText('room enough').waitFor();
    await health.getByText('Well', { exact: true }).first().waitFor();
    await health.getByRole('button', { name: 'Earlier evaluations' }).click();
    await health.getByRole('list', { name: 'Evaluations' }).getByText(`Disk: ${full.reason}`).waitFor();
    await shoot(page, 'life-health');
    await evaluated(postman, [full]);
    await goTo(page, 'Overview');
    await page.getByRole('link', { name: 'Unhealthy clients 1' }).click();
    await page.getByRole('row', { name: 'postman' }).waitFor();
    await page.getByText('1 of 1').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Health' }).inputValue(), 'failed');
  });
  const { total } = await api.get<Rows<unknown>>('/clients');
  ahead = 4 * day;
  try {
    await signedIn(async (page) => {
      await page.getByRole('link', { name: `Silent clients ${total}` }).click();
      await page.getByRole('row', { name: 'postman' }).getByRole('link').click();
      await page.getByText('This client is silent').waitFor();
      await page.getByRole('row', { name: 'Disk Failed' }).waitFor();
      await shoot(page, 'life-silent');
    });
  } finally {
    ahead = 0;
  }
});

test('the repair says what it does, and leads to the deployment that it made', { skip }, async () => {
  const { api } = running;
  const deployments = async () => (await api.get<Rows<DeploymentSummary>>('/deployments')).items;
  await signedIn(async (page) => {
    await page.goto(`/clients/${postman.clientId}`);
    await page.getByRole('button', { name: 'Repair', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Repair the client of postman' });
    await dialog.getByText('On 1 machine with Linux').waitFor();
    await dialog.getByText(/repair\.sh/).waitFor();
    await shoot(page, 'life-repair');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(await deployments(), [], 'asking changes nothing');
    await page.getByRole('button', { name: 'Repair', exact: true }).click();
    await dialog.getByRole('button', { name: 'Repair', exact: true }).click();
    await dialog.getByText('The repair is deployed').waitFor();
    const [made] = await deployments();
    assert.equal(made?.packageName, 'Holdfast client repair');
    await shoot(page, 'life-repaired');
    await dialog.getByRole('link', { name: 'Open the deployment for 1 machine with Linux' }).click();
    await page.getByRole('heading', { level: 1, name: 'Holdfast client repair' }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/deployments/${made?.id}`);

    await goTo(page, 'Collections');
    await page.getByRole('link', { name: 'All clients' }).click();
    await page.getByRole('button', { name: 'Repair clients' }).click();
    await page
      .getByRole('dialog')
      .getByText(/^On \d machines with Linux$/)
      .waitFor();
  });
});

test('releases are listed with their packages, and one that no client has is deleted', { skip }, async () => {
  await signedIn(async (page) => {
    await page.goto('/settings/releases');
    const release = page.getByRole('region', { name: 'Release 1.0.0' });
    await release.getByRole('row', { name: 'client.msi' }).waitFor();
    await addRelease(running, '1.1.0');
    const next = page.getByRole('region', { name: 'Release 1.1.0' });
    await next.getByText('Newest').waitFor();
    await shoot(page, 'life-releases');
    await next.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await next.waitFor({ state: 'detached' });
    await release.getByText('Newest').waitFor();
    await page.goto('/settings/audit');
    await page.getByRole('row', { name: 'release.delete' }).getByText('1.1.0').waitFor();
  });
});

/** Runs in the page: a dialog scrolls by itself, so that the page does not get wider. */
const sticksOutOfDialog = `[...document.querySelectorAll('[role=dialog] *')].filter(
  (element) => element.getBoundingClientRect().right > innerWidth + 1,
).length`;

test('all of it reads well at 390 pixels in the dark', { skip }, async () => {
  const [setup] = (await running.api.get<Rows<{ id: string }>>('/setups?state=failed')).items;
  const pages = [
    '/',
    '/clients?health=failed',
    `/clients/${postman.clientId}`,
    '/clients/setups',
    `/clients/setups/${setup?.id}`,
    '/settings/releases',
  ];
  await signedIn(
    async (page) => {
      for (const [number, address] of pages.entries()) {
        await page.goto(address);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.getByRole('heading', { level: 1 }).waitFor();
        for (const loading of await page.getByRole('status', { name: 'Loading' }).all()) {
          await loading.waitFor({ state: 'detached' });
        }
        assert.deepEqual(await overflowOf(page), [], `${address} is too wide`);
        await shoot(page, `life-390-${number}`);
      }
      await page.goto('/clients');
      await page.getByRole('button', { name: 'Add a client' }).first().click();
      await page.getByRole('textbox', { name: 'Label' }).fill('Phone');
      await page.getByRole('button', { name: 'Create token' }).click();
      await page.getByRole('tab', { name: 'Windows' }).click();
      await page.getByText(/msiexec \/i client\.msi/).waitFor();
      assert.equal(await page.evaluate(sticksOutOfDialog), 0, 'the dialog is too wide');
      await shoot(page, 'life-390-dialog');
    },
    { width: 390, height: 844, scheme: 'dark' },
  );
});
