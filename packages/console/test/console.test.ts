/** Walks through the built console in Chromium, under the site's content-security policy, wide and narrow. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath, type Look, overflowOf, shoot, type Visit, visit } from './browser.ts';
import { hostileName, idOf } from './mock-data.ts';
import { type MockSite, startMockSite } from './mock-site.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-dist-'));
let site: MockSite;

const pages: readonly (readonly [string, string, string])[] = [
  ['overview', '/', 'Overview'],
  ['clients', '/clients', 'Clients'],
  ['client', `/clients/${idOf('client 0')}`, hostileName],
  ['client-silent', `/clients/${idOf('client 4')}`, 'WS-004'],
  ['setups', '/clients/setups', 'Clients'],
  ['setup', `/clients/setups/${idOf('setup 2')}`, hostileName],
  ['client-trial', `/clients/${idOf('client 3')}`, 'srv-003'],
  ['versions', '/clients/versions', 'Clients'],
  ['upgrade', `/clients/versions/${idOf('upgrade 0.2.0')}`, 'Upgrade to 0.2.0'],
  ['order', '/clients/versions/order', 'Upgrade clients'],
  ['collections', '/collections', 'Collections'],
  ['collection', `/collections/${idOf('windows')}`, 'Windows workstations'],
  ['collection-edit', `/collections/${idOf('windows')}/edit`, 'Edit Windows workstations'],
  ['packages', '/packages', 'Packages'],
  ['package', `/packages/${idOf('package PuTTY')}`, 'PuTTY 0.68'],
  ...(['features', 'files', 'tables', 'streams', 'plan'] as const).map((part): [string, string, string] => [
    `package-${part}`,
    `/packages/${idOf('package PuTTY')}?part=${part}${part === 'tables' ? '&table=Wide' : ''}`,
    'PuTTY 0.68',
  ]),
  ['package-new', '/packages/new', 'Add a package'],
  ['program-new', `/packages/${idOf('package PuTTY')}/add-program`, 'Add a program'],
  ['deployments', '/deployments', 'Deployments'],
  ['deployment', `/deployments/${idOf('deployment putty')}`, 'PuTTY 0.68'],
  ['deploy', '/deployments/new', 'Deploy a program'],
  ['tokens', '/settings/tokens', 'Settings'],
  ['releases', '/settings/releases', 'Settings'],
  ['api-keys', '/settings/api-keys', 'Settings'],
  ['audit', '/settings/audit', 'Settings'],
  ['password', '/settings/password', 'Settings'],
];

const widths: readonly Look[] = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 390, height: 844, scheme: 'light' },
];

/** The page follows the system's scheme when that changes. */
async function becomes(page: Page, scheme: Look['scheme']): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Signs in with this look, does the work, and asserts that the page had nothing to complain about. */
async function signedIn(look: Look, work: (page: Page, visited: Visit) => Promise<void>): Promise<void> {
  const visited = await visit(site.origin, look);
  try {
    await signIn(visited.page);
    await work(visited.page, visited);
    assert.deepEqual(visited.complaints, []);
    assert.equal(await visited.page.evaluate('window.attacked'), undefined);
  } finally {
    await visited.close();
  }
}

const wide: Look = { width: 1280, height: 800, scheme: 'light' };
const reason = existsSync(chromiumPath) ? false : 'Chromium is not installed';

describe('the console', { skip: reason }, () => {
  before(async () => {
    await build({
      configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
      logLevel: 'error',
      build: { outDir: folder },
    });
    site = await startMockSite(folder);
  });
  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const look of widths) {
    test(`every page fits into ${look.width} pixels and keeps to the policy, light and dark`, async () => {
      await signedIn(look, async (page) => {
        for (const [shot, address, title] of pages) {
          await page.goto(address);
          await page.getByRole('heading', { level: 1, name: title }).waitFor();
          await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
          for (const scheme of ['dark', 'light'] as const) {
            await becomes(page, scheme);
            await shoot(page, `${look.width}-${scheme}-${shot}`);
          }
          assert.deepEqual(await overflowOf(page), [], `${address} is too wide`);
        }
      });
    });
  }

  test('clients of an older generation are counted on the overview, which leads to the list of them', async () => {
    await signedIn(wide, async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Clients that speak wire 1' }).click();
      await page.waitForURL(/wire=1/);
      await page.getByText('wire 1', { exact: true }).waitFor();
      assert.equal(await page.locator('tbody tr').count(), 1);
      await page.getByLabel('Wire').selectOption({ label: 'Wire 2, second generation' });
      await page.getByText('wire 2', { exact: true }).waitFor();
      await page.getByLabel('Wire').selectOption({ label: 'Any wire' });
      await page.waitForURL((url) => !url.search.includes('wire'));
    });
  });

  test('the first-run link creates an administrator and hides its secret', async () => {
    const { page, complaints, close } = await visit(site.origin, wide);
    try {
      await page.goto('/first-run#a-secret');
      await page.getByLabel('Name').fill('Ada Lovelace');
      await page.getByLabel('E-mail').fill('ada@example.org');
      await page.getByRole('textbox', { name: 'Password', exact: true }).fill('short');
      await page.getByText('7 more characters').waitFor();
      await shoot(page, 'first-run');
      await page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long enough password');
      await page.getByRole('textbox', { name: 'Repeat the password' }).fill('a long enough password');
      assert.equal(new URL(page.url()).hash, '');
      await page.getByRole('button', { name: 'Create administrator' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });

  test('a page behind sign-in opens only after the right password; a wrong one is refused with code and remedy', async () => {
    const { page, close } = await visit(site.origin, wide);
    try {
      await page.goto('/clients');
      await page.getByLabel('E-mail').fill('ada@example.org');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('E-mail or password is wrong.').waitFor();
      await alert.getByText('auth.required').waitFor();
      await shoot(page, 'sign-in-refused');
      await page.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Clients' }).waitFor();
    } finally {
      await close();
    }
  });

  test('a new status message appears on the page of its client without reloading', async () => {
    await signedIn(wide, async (page) => {
      const [client] = site.data.clients;
      const [row] = site.data.status;
      assert.ok(client && row);
      await page.goto(`/clients/${client.id}`);
      await page.getByText('Live', { exact: true }).waitFor();
      site.hear({
        ...row,
        id: 5000,
        at: Date.now(),
        text: `It was heard: ${hostileName}`,
        severity: 'error',
      });
      await page.getByText(`It was heard: ${hostileName}`).waitFor();
      await page.getByText('Errors', { exact: true }).click();
      await page.getByText('PuTTY was repaired and verified').waitFor({ state: 'detached' });
      await page.getByText('It was heard').waitFor();
    });
  });

  test('the navigation opens on a phone, by keyboard alone', async () => {
    await signedIn({ width: 390, height: 844, scheme: 'light' }, async (page) => {
      await page.getByRole('button', { name: 'Open the navigation' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Packages' }).focus();
      await shoot(page, 'phone-navigation');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Packages' }).waitFor();
    });
  });

  test('what does not exist is answered with message, remedy and code', async () => {
    const { page, close } = await visit(site.origin, wide);
    try {
      await signIn(page);
      await page.goto(`/clients/${idOf('nobody')}`);
      const alert = page.getByRole('alert');
      await alert.getByText('There is no such object.').waitFor();
      await alert.getByText('list the objects to see which exist').waitFor();
      await alert.getByText('not-found').waitFor();
    } finally {
      await close();
    }
  });

  test('clients are searched and paged by the site', async () => {
    await signedIn(wide, async (page) => {
      await page.goto('/clients');
      await page.getByText('50 of 64').waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('Page 2: 14 of 64').waitFor();
      await page.getByLabel('Search clients').fill('WS-01');
      await page.getByText('4 of 4').waitFor();
      await page.getByRole('link', { name: 'WS-010' }).click();
      await page.getByRole('heading', { level: 1, name: 'WS-010' }).waitFor();
    });
  });

  test('only members that were put in by hand can be taken out by hand', async () => {
    await signedIn(wide, async (page) => {
      await page.goto(`/collections/${idOf('windows')}`);
      const members = page.getByRole('table', { name: 'Members' });
      await members.getByRole('row').nth(21).waitFor();
      assert.equal(await members.getByRole('button', { name: /^Remove / }).count(), 1);
    });
  });

  test('adding a client shows a line for Linux and for Windows, and the packages by hand', async () => {
    await signedIn(wide, async (page) => {
      await page.goto('/clients');
      await page.getByRole('button', { name: 'Add a client' }).click();
      await page.getByLabel('Label').fill('Lab machines');
      await page.getByRole('button', { name: 'Create token' }).click();
      await page
        .getByText(/^curl .*setup\.sh.* sha256sum -c .*sudo sh holdfast-setup\.sh 'TOKEN=HF1\./)
        .waitFor();
      await shoot(page, 'add-client');
      await page.getByRole('tab', { name: 'Windows' }).click();
      await page.getByText(/msiexec \/i client\.msi SITE="https:.*" TOKEN=HF1\..* \/qn$/).waitFor();
      await shoot(page, 'add-client-windows');
      await page.getByRole('tab', { name: 'By hand' }).click();
      await page.getByText('holdfast-client enrol --site https://site.example:8443 --token HF1.').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
    });
  });

  test('a site without a release says what adds one', async () => {
    const { offer } = site.data;
    const { managementPoint } = offer;
    site.data.offer = { managementPoint, setupScript: null, release: null };
    try {
      await signedIn(wide, async (page) => {
        await page.goto('/clients');
        await page.getByRole('button', { name: 'Add a client' }).click();
        await page.getByLabel('Label').fill('Lab machines');
        await page.getByRole('button', { name: 'Create token' }).click();
        await page.getByText('holdfast release add dist/client').waitFor();
        await shoot(page, 'add-client-no-release');
      });
    } finally {
      site.data.offer = offer;
    }
  });

  test('a package is uploaded, gets a program, and is deployed after a dry run', async () => {
    await signedIn(wide, async (page) => {
      await page.goto('/packages/new');
      await page
        .locator('input[type=file][multiple]')
        .first()
        .setInputFiles({
          name: 'greeter_1.2_amd64.deb',
          mimeType: 'application/octet-stream',
          buffer: Buffer.alloc(300_000, 7),
        });
      await page.getByText('1 of 1 file stored').waitFor();
      await shoot(page, 'upload');
      await page.getByRole('button', { name: 'Continue' }).click();
      assert.equal(await page.getByLabel('Name').inputValue(), 'greeter');
      assert.equal(await page.getByLabel('Version').inputValue(), '1.2');
      await page.getByRole('button', { name: 'Create package' }).click();
      await page.getByLabel('Command to install').waitFor();
      const [gate, another] = [1, 2].map((number) => page.getByRole('group', { name: `Gate ${number}` }));
      await page.getByRole('button', { name: 'Add a gate' }).click();
      await gate?.getByLabel('From (UTC)').fill('soon');
      await page.getByRole('button', { name: 'Add a gate' }).click();
      await another?.getByRole('combobox').selectOption('installer-idle');
      await page.getByRole('button', { name: 'Add program' }).click();
      await gate?.getByText('Hours and minutes, such as 22:00').waitFor();
      await gate?.getByLabel('From (UTC)').fill('21:30');
      await gate?.getByLabel('Monday').check();
      await shoot(page, 'program');
      await page.getByRole('button', { name: 'Add program' }).click();
      await page.getByRole('link', { name: 'Deploy it' }).click();
      await page.getByRole('combobox', { name: 'Program' }).click();
      await page.getByRole('option', { name: 'Install (Linux)' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('combobox', { name: 'Collection' }).click();
      await page.getByRole('option', { name: 'Windows workstations' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('21 clients will install this.').waitFor();
      await shoot(page, 'deploy-review');
      await page.getByRole('button', { name: 'Deploy', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'greeter 1.2' }).waitFor();
    });
  });
});
