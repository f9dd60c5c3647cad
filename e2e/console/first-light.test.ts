/** An administrator's first hour in the console: real site, real browser, real client, real dpkg. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { overflowOf, shoot, visit } from '@holdfast/console/test/browser';
import type { ClientSummary, Page as Rows } from '@holdfast/contract';
import type { Page } from 'playwright-core';
import { type ClientProcess, startClient } from '../support/client.ts';
import { administrator, builtConsole, goTo, missingBrowser, signIn } from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { buildDeb } from '../support/packages.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

/** Longest wait for what a client does; it needs a few seconds. Milliseconds. */
const patience = { timeout: 60_000 };
const file = 'opt/hello/hello.txt';
const text = 'from a real package\n';

async function createFirstAdministrator(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('textbox', { name: 'Name' }).fill(administrator.name);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(administrator.email);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(administrator.password);
  await page.getByRole('textbox', { name: 'Repeat the password' }).fill(administrator.password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

/** Makes a token in the dialog, and answers site and token as the command on the screen has them. */
async function addClient(page: Page): Promise<{ site: string; token: string }> {
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Add a client' }).first().click();
  await page.getByRole('textbox', { name: 'Label' }).fill('Lab machines');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('tab', { name: 'By hand' }).click();
  const command = await page.getByText(/^sudo holdfast-client enrol /).textContent();
  const words = /^sudo holdfast-client enrol --site (https:\S+) --token (\S+)$/.exec(command ?? '');
  assert.ok(words, `the command is: ${command}`);
  await page.getByRole('button', { name: 'Done' }).click();
  return { site: words[1] ?? '', token: words[2] ?? '' };
}

/** Package and program, from the file to "Deploy it". */
async function addSoftware(page: Page, deb: Uint8Array): Promise<void> {
  await goTo(page, 'Packages');
  await page.getByRole('link', { name: 'Add a package' }).first().click();
  await page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles({
      name: 'hold-hello_1.0_all.deb',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(deb),
    });
  await page.getByText('1 of 1 file stored').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Version' }).inputValue(), '1.0');
  await page.getByRole('button', { name: 'Create package' }).click();
  const install = 'dpkg --root={root} --force-not-root -i "{content}/hold-hello_1.0_all.deb"';
  await page.getByRole('textbox', { name: 'Command to install' }).fill(install);
  // The suggestion asks dpkg; the second rule looks at the file that will be broken.
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page
    .getByRole('group', { name: 'Detection rule 2' })
    .getByRole('textbox', { name: 'Path' })
    .fill(`/${file}`);
  await page.getByRole('button', { name: 'Add program' }).click();
  await page.getByRole('link', { name: 'Deploy it' }).click();
}

async function deployToAllClients(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Program' }).click();
  await page.getByRole('option', { name: 'Install (Linux)' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('combobox', { name: 'Collection' }).click();
  await page.getByRole('option', { name: 'All clients (1 client)' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('1 client will install this.').waitFor();
  await page.getByText('This was a dry run: nothing is deployed yet.').waitFor();
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'hold-hello 1.0' }).waitFor();
}

const skip = missingBrowser || missingOnThisMachine('dpkg', 'dpkg-deb');

const folder = temporaryFolder();
let running: TestSite;
let client: ClientProcess | undefined;

before(async () => {
  if (skip) return;
  running = await startTestSite({
    dataFolder: join(folder.path, 'site'),
    pollSeconds: 1,
    distFolder: await builtConsole(),
  });
});
after(async () => {
  await client?.stop();
  await running?.site.close();
  folder.remove();
});

test('from the first-run link to a deployment seen succeeding', { skip }, async () => {
  const { site, api } = running;
  assert.ok(site.firstRunUrl);
  const { page, complaints, close } = await visit(site.consoleUrl, {
    width: 1280,
    height: 800,
    scheme: 'light',
  });
  let loads = 0;
  page.on('domcontentloaded', () => {
    loads += 1;
  });
  try {
    await createFirstAdministrator(page, site.firstRunUrl);
    const enrolment = await addClient(page);
    assert.equal(enrolment.site, site.managementPointUrl);
    client = await startClient(folder.path, enrolment.site, enrolment.token);
    const { items } = await api.get<Rows<ClientSummary>>('/clients');
    const hostName = items[0]?.hostName ?? '';
    await page.getByRole('table', { name: 'Clients' }).getByRole('link', { name: hostName }).waitFor();

    await addSoftware(page, buildDeb('hold-hello', '1.0', { [file]: text }));
    await deployToAllClients(page);
    const clients = page.getByRole('table', { name: 'Clients of the deployment' });
    await clients.getByText('Succeeded', { exact: true }).waitFor(patience);
    await page.getByText('100 %').waitFor();
    const installed = join(client.root, file);
    assert.equal(readFileSync(installed, 'utf8'), text);
    await shoot(page, 'e2e-deployment');

    await clients.getByRole('link', { name: hostName }).click();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('Client enrolled at site TST').waitFor();
    await timeline.getByText('hold-hello 1.0 is present: every detection rule holds').waitFor();

    rmSync(installed);
    await timeline.getByText(/^hold-hello 1\.0 is broken: .*hello\.txt/).waitFor(patience);
    await timeline.getByText('hold-hello 1.0 was repaired and verified').waitFor(patience);
    assert.ok(existsSync(installed));
    await page.getByRole('table', { name: 'Deployments' }).getByText('Succeeded', { exact: true }).waitFor();
    await shoot(page, 'e2e-client');
    assert.equal(loads, 1, 'the document was loaded once: everything else came live');
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});

test('every page reads well at 390 pixels in the dark, without a complaint', { skip }, async () => {
  const { site, api } = running;
  const first = async (path: string) => (await api.get<Rows<{ id: string }>>(path)).items[0]?.id ?? '';
  const pages = [
    '/',
    '/clients',
    `/clients/${await first('/clients')}`,
    '/collections',
    `/collections/${await first('/collections')}`,
    '/packages',
    `/packages/${await first('/packages')}`,
    '/deployments',
    `/deployments/${await first('/deployments')}`,
    '/settings/tokens',
    '/settings/api-keys',
    '/settings/audit',
  ];
  assert.ok(
    pages.every((address) => !address.endsWith('/') || address === '/'),
    pages.join(' '),
  );
  const { page, complaints, close } = await visit(site.consoleUrl, {
    width: 390,
    height: 844,
    scheme: 'dark',
  });
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    for (const address of pages) {
      await page.goto(address);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (const loading of await page.getByRole('status', { name: 'Loading' }).all()) {
        await loading.waitFor({ state: 'detached' });
      }
      assert.deepEqual(await overflowOf(page), [], `${address} is too wide`);
      await shoot(page, `e2e-390${address.replaceAll('/', '-')}`);
    }
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});
