/** A Windows Installer package in the console: uploaded, filled in by the site, looked into; a program that loops is refused. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { overflowOf, shoot, visit } from '@holdfast/console/test/browser';
import type { Page as Rows } from '@holdfast/contract';
import type { Page } from 'playwright-core';
import { builtConsole, createAdministrator, goTo, missingBrowser, signIn } from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const putty = fileURLToPath(new URL('../../../shared/corpus/msi/putty-0.68-installer.msi', import.meta.url));
const productCode = '{55717628-7AE6-4BCF-A046-FA2768945E76}';
const skip = missingBrowser || (existsSync(putty) ? false : `needs ${putty}`);

const folder = temporaryFolder();
let running: TestSite;

before(async () => {
  if (skip) return;
  running = await startTestSite({
    dataFolder: join(folder.path, 'site'),
    pollSeconds: 60,
    distFolder: await builtConsole(),
  });
  await createAdministrator(running);
});
after(async () => {
  await running?.site.close();
  folder.remove();
});

/** The fields of the form, as the site has filled them in. */
const fieldValue = (page: Page, label: string) => page.getByRole('textbox', { name: label }).inputValue();

async function uploadPutty(page: Page): Promise<void> {
  await goTo(page, 'Packages');
  await page.getByRole('link', { name: 'Add a package' }).first().click();
  await page.locator('input[type=file][multiple]').first().setInputFiles(putty);
  await page.getByText('1 of 1 file stored').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Everything that would have to be typed in is there, and is confirmed as it is. */
async function confirmAll(page: Page): Promise<void> {
  const found = page.getByRole('region', { name: 'Found in putty-0.68-installer.msi' });
  await found.getByText(productCode).waitFor();
  await found.getByText('Not installed unless asked for: Add shortcut to PuTTY on the Desktop.').waitFor();
  assert.equal(await fieldValue(page, 'Name'), 'PuTTY release 0.68');
  assert.equal(await fieldValue(page, 'Version'), '0.68.0.0');
  assert.equal(await fieldValue(page, 'Publisher'), 'Simon Tatham');
  await shoot(page, 'e2e-installer-found');
  await page.getByRole('button', { name: 'Create package' }).click();
  await page.getByRole('list', { name: 'About this program' }).waitFor();
  assert.match(
    await fieldValue(page, 'Command to install'),
    /^msiexec \/i "\{content\}\\putty-0\.68-installer\.msi"/,
  );
  assert.match(await fieldValue(page, 'Command to repair'), /REINSTALLMODE=vmeus REINSTALL=ALL/);
  assert.match(await fieldValue(page, 'Command to uninstall'), /^msiexec \/x \{55717628-/);
  assert.equal(await fieldValue(page, 'Product code'), productCode);
  assert.equal(await fieldValue(page, 'Minimum product version'), '0.68.0.0');
  await shoot(page, 'e2e-installer-program');
  await page.getByRole('button', { name: 'Add program' }).click();
  await page.getByRole('link', { name: 'Show the package' }).click();
  await page.getByRole('heading', { level: 1, name: 'PuTTY release 0.68' }).waitFor();
}

/** Features, files and tables, each reached as a reader would. */
async function lookInside(page: Page): Promise<void> {
  const inside = page.getByRole('region', { name: 'Windows Installer package' });
  await inside.getByText(productCode).waitFor();
  await shoot(page, 'e2e-installer-product');
  await inside.getByRole('tab', { name: 'Features (4)' }).click();
  const features = inside.getByRole('tree', { name: 'Features' });
  await features.getByText('on request, level 2').waitFor();
  await shoot(page, 'e2e-installer-features');
  await features.getByRole('button', { name: 'Show the files of FilesFeature' }).click();
  const files = inside.getByRole('table', { name: 'Files of the installer' });
  await files.getByText('puttygen.exe').waitFor();
  await inside.getByRole('searchbox', { name: 'Search files' }).fill('website');
  await files.getByText('puttygen.exe').waitFor({ state: 'detached' });
  await shoot(page, 'e2e-installer-files');
  await inside.getByRole('tab', { name: /^Tables/ }).click();
  await inside
    .getByRole('navigation', { name: 'Tables' })
    .getByRole('button', { name: /^Registry/ })
    .click();
  const registry = inside.getByRole('table', { name: 'Registry' });
  await registry.getByText('Software\\SimonTatham\\PuTTY').first().waitFor();
  await shoot(page, 'e2e-installer-table');
  await inside.getByRole('searchbox', { name: 'Search Registry' }).fill('.ppk');
  await inside.getByText(/^\d of \d rows?$/).waitFor();
  await inside.getByRole('tab', { name: /^Streams/ }).click();
  await inside.getByText('putty.cab').waitFor();
  await page.goBack();
  await registry.waitFor();
}

/** A command that could be tried for ever is refused beside its field, and taken once it is corrected. */
async function addProgram(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Add a program' }).click();
  const install = page.getByRole('textbox', { name: 'Command to install' });
  await page.getByRole('textbox', { name: 'Program name' }).fill('again');
  const derived = await install.inputValue();
  await install.fill(`${derived} REINSTALL=ALL REINSTALLMODE=vomus`);
  const refused = page.waitForResponse((response) => response.url().endsWith('/programs'));
  await page.getByRole('button', { name: 'Add program' }).click();
  assert.equal((await refused).status(), 422);
  await page.locator('.mantine-Textarea-error', { hasText: 'REINSTALL takes only features' }).waitFor();
  await page.getByRole('alert').getByText('program.changes-nothing').waitFor();
  await shoot(page, 'e2e-installer-loop');
  await install.fill(derived);
  const code = page.getByRole('textbox', { name: 'Product code' });
  await code.fill('{00000000-0000-4000-8000-000000000001}');
  await page.getByRole('button', { name: 'Add program' }).click();
  await page.getByRole('group', { name: 'Detection rules' }).locator('.mantine-InputWrapper-error').waitFor();
  await code.fill(productCode);
  await page.getByRole('button', { name: 'Add program' }).click();
  await page.getByRole('article', { name: 'again' }).waitFor();
}

/** What the browser itself says of the two answers that refuse. */
const refusals = (complaint: string) => !/status of 422/.test(complaint);

test('an uploaded .msi fills in name, codes and program, and shows its tables, features and files', {
  skip,
}, async () => {
  const look = { width: 1280, height: 900, scheme: 'light' } as const;
  const { page, complaints, close } = await visit(running.site.consoleUrl, look);
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await uploadPutty(page);
    await confirmAll(page);
    await lookInside(page);
    await addProgram(page);
    assert.deepEqual(complaints.filter(refusals), []);
  } finally {
    await close();
  }
});

test('every part of an .msi reads well at 390 pixels in the dark', { skip }, async () => {
  const [software] = (await running.api.get<Rows<{ id: string }>>('/packages')).items;
  assert.ok(software);
  const look = { width: 390, height: 844, scheme: 'dark' } as const;
  const { page, complaints, close } = await visit(running.site.consoleUrl, look);
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const [part, seen] of [
      ['product', 'Summary information'],
      ['features', 'Add shortcut to PuTTY on the Desktop'],
      ['files', 'puttygen.exe'],
      ['tables', 'ProductCode'],
      ['streams', 'putty.cab'],
    ] as const) {
      await page.goto(`/packages/${software.id}?part=${part}`);
      const inside = page.getByRole('region', { name: 'Windows Installer package' });
      await inside.getByText(seen, { exact: true }).first().waitFor();
      assert.deepEqual(await overflowOf(page), [], `${part} is too wide`);
      await shoot(page, `e2e-390-installer-${part}`);
    }
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});
