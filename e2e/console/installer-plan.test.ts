/** The console's picture of a plan: what a repair, a removal and a reinstallation of NUnit would touch, and why. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { overflowOf, shoot, type Visit, visit } from '@holdfast/console/test/browser';
import type { InstallerPlan } from '@holdfast/contract';
import { smallPackage } from '@holdfast/site/test/packages';
import type { Locator, Page } from 'playwright-core';
import { builtConsole, createAdministrator, missingBrowser, signIn } from '../support/console.ts';
import { addPackage } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const name = 'NUnit-2.5.2.9222.msi';
const nunit = fileURLToPath(new URL(`../../../shared/corpus/msi/${name}`, import.meta.url));
const productCode = '{3AD32EC5-806E-43A8-8757-76D05AD4677A}';
const skip = missingBrowser || (existsSync(nunit) ? false : `needs ${nunit}`);

/** Files that an ordinary installation brings; those with a version among them. */
const [all, versioned] = [219, 10];

const folder = temporaryFolder();
let running: TestSite;
let address: string;

before(async () => {
  if (skip) return;
  running = await startTestSite({
    dataFolder: join(folder.path, 'site'),
    pollSeconds: 60,
    distFolder: await builtConsole(),
  });
  await createAdministrator(running);
  const made = await addPackage(
    running.api,
    { path: name, bytes: readFileSync(nunit) },
    { name: 'NUnit', version: '2.5.2' },
    {
      platform: 'windows',
      install: `msiexec /i "{content}\\${name}" /qn /L*v "{log}"`,
      repair: `msiexec /i "{content}\\${name}" /qn REINSTALLMODE=vmeus REINSTALL=ALL`,
      uninstall: `msiexec /x ${productCode} /qn`,
      detection: [{ kind: 'msi', productCode }],
    },
  );
  address = `/packages/${made.package.id}?part=plan`;
});
after(async () => {
  await running?.site.close();
  folder.remove();
});

/** Signs in, opens the plan, does the work, and asserts that the page had nothing to complain about. */
async function planning(
  look: Parameters<typeof visit>[1],
  work: (page: Page, inside: Locator) => Promise<void>,
  expected: (complaint: string) => boolean = () => false,
): Promise<void> {
  const { page, complaints, close }: Visit = await visit(running.site.consoleUrl, look);
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.goto(address);
    await work(page, page.getByRole('region', { name: 'Windows Installer package' }));
    assert.deepEqual(
      complaints.filter((complaint) => !expected(complaint)),
      [],
    );
  } finally {
    await close();
  }
}

const wide = { width: 1280, height: 1000, scheme: 'light' } as const;

/** Takes one of the program's lines, as a reader does. */
async function choose(inside: Locator, command: string, machine: string): Promise<void> {
  await inside.getByRole('radiogroup', { name: 'Command' }).getByText(command, { exact: true }).click();
  await inside.getByRole('combobox', { name: 'On a machine with' }).selectOption(machine);
}

const planIt = (inside: Locator) => inside.getByRole('button', { name: 'Plan it' }).click();
const picture = (inside: Locator) => inside.getByRole('listbox', { name: 'Files of the plan by folder' });
const cells = (inside: Locator, decision: string) => inside.locator(`.plan-cell[data-do=${decision}]`);

async function chooseMissing(page: Page, inside: Locator, search: string, option: RegExp): Promise<void> {
  await inside.getByRole('checkbox', { name: 'Files are missing' }).waitFor();
  await inside.getByRole('combobox', { name: 'Files are missing: which' }).fill(search);
  await page.getByRole('option', { name: option }).click();
}

test('a repair with one file missing shows that file as installed, and every other one by the rule of the mode', {
  skip,
}, async () => {
  await planning(wide, async (page, inside) => {
    await inside.getByText(`Of ${all} files: ${versioned} replaced, ${all - versioned} kept.`).waitFor();
    const line = await inside.getByRole('textbox', { name: 'Command line' }).inputValue();
    assert.match(line, /REINSTALLMODE=vmeus REINSTALL=ALL$/);
    await choose(inside, 'Repair', 'Installed, with damage');
    await chooseMissing(page, inside, 'nunit.exe', /^nunit\.exe \(.*net-2\.0\)$/);
    await planIt(inside);
    await inside.getByText(/^Of 219 files: 1 installed, /).waitFor();
    const missing = cells(inside, 'install');
    assert.equal(await missing.count(), 1);
    assert.match(
      (await missing.getAttribute('aria-label')) ?? '',
      /^nunit\.exe: installed, there is no file/,
    );
    assert.equal(await missing.textContent(), '+');
    assert.equal((await cells(inside, 'replace').count()) + (await cells(inside, 'keep').count()), all - 1);
    await missing.click();
    const looked = inside.locator('.plan-looked');
    await looked.getByText(/\\net-2\.0\\nunit\.exe$/).waitFor();
    await looked.getByText('(missing)').waitFor();
    await shoot(page, 'e2e-plan-repair');

    await inside.getByText(`Files (${all})`).click();
    await inside.getByRole('combobox', { name: 'Decision' }).selectOption('+ installed');
    const files = inside.getByRole('table', { name: 'Planned files' });
    await inside.getByText(`1 of ${all}`, { exact: true }).waitFor();
    await files.getByText('there is no file of this name').waitFor();
    await inside.getByRole('combobox', { name: 'Decision' }).selectOption('= kept');
    await inside.getByRole('combobox', { name: 'Rule' }).selectOption('hash-equal');
    await files.getByText('its hash is that of the package').first().waitFor();
    await shoot(page, 'e2e-plan-files');
  });
});

test('a removal takes all files away, and its operations are told action by action', { skip }, async () => {
  await planning(wide, async (page, inside) => {
    await choose(inside, 'Uninstall', 'Installed and whole');
    await planIt(inside);
    await inside.getByText(`Of ${all} files: ${all} removed.`).waitFor();
    assert.equal(await cells(inside, 'remove').count(), all);
    const sequence = inside.getByRole('list', { name: 'Actions of the sequence' });
    const actions = await sequence.getByRole('button').allTextContents();
    const places = ['ProcessComponents', 'RemoveRegistryValues', 'RemoveFiles'].map((action) =>
      actions.findIndex((words) => words.startsWith(action)),
    );
    assert.ok(
      places.every((place, at) => place >= 0 && place > (places[at - 1] ?? -1)),
      actions.join(' '),
    );
    await sequence.getByRole('button', { name: /^RemoveRegistryValues/ }).click();
    const operations = inside.getByRole('table', { name: 'Operations' });
    await operations.getByText('Remove value').first().waitFor();
    assert.equal(await operations.getByText('Remove file').count(), 0);
    await shoot(page, 'e2e-plan-removal');
  });
});

test('REINSTALL on nothing says that it changes nothing, and a removal that it is refused', {
  skip,
}, async () => {
  await planning(wide, async (page, inside) => {
    await choose(inside, 'Repair', 'Nothing installed');
    await planIt(inside);
    await inside.getByText('It changes nothing').waitFor();
    await inside.getByText(/REINSTALL takes only features/).waitFor();
    assert.equal(await picture(inside).count(), 0);
    await shoot(page, 'e2e-plan-nothing');
    await choose(inside, 'Uninstall', 'Nothing installed');
    await planIt(inside);
    await inside.getByText(/refused with exit code 1605/).waitFor();
  });
});

test('a machine with another version is asked for its package, and a stranger is refused', {
  skip,
}, async () => {
  const stranger = { name: 'Greeter', version: '1.2.3' };
  const { sha256, size } = await running.api.upload(await smallPackage());
  await running.api.post('/packages', { ...stranger, files: [{ path: 'greeter.msi', size, sha256 }] });
  await planning(
    wide,
    async (page, inside) => {
      await choose(inside, 'Install', 'Another version installed');
      const button = inside.getByRole('button', { name: 'Plan it' });
      assert.equal(await button.isDisabled(), true);
      await inside.getByRole('combobox', { name: 'Installed from the package' }).fill('Greet');
      await page.getByRole('option', { name: 'Greeter 1.2.3' }).click();
      await button.click();
      await inside
        .getByRole('alert')
        .getByText(/upgrade code is another one/)
        .waitFor();
    },
    (complaint) => /status of 400/.test(complaint),
  );
});

test('a line that cannot be planned is refused beside its field', { skip }, async () => {
  const refusal = (complaint: string) => /status of 400/.test(complaint);
  await planning(
    wide,
    async (_page, inside) => {
      const line = inside.getByRole('textbox', { name: 'Command line' });
      await line.fill('setup.exe /s');
      await planIt(inside);
      await inside.locator('.mantine-Textarea-error', { hasText: 'Only command lines of msiexec' }).waitFor();
      await line.fill(`msiexec /i "{content}\\${name}" REINSTALL=ALL REINSTALLMODE=omus`);
      await planIt(inside);
      await inside.getByText('It changes nothing').waitFor();
    },
    refusal,
  );
});

test('the picture is walked with the keyboard alone, and the plan is saved as JSON', { skip }, async () => {
  await planning(wide, async (page, inside) => {
    const cellsBox = picture(inside);
    await cellsBox.waitFor();
    await cellsBox.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const active = await cellsBox.getAttribute('aria-activedescendant');
    assert.equal(await inside.locator('.plan-cell[aria-selected=true]').getAttribute('id'), active);
    await page.keyboard.press('Home');
    assert.equal(await inside.locator('.plan-cell[aria-selected=true]').getAttribute('data-place'), '0');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      inside.getByRole('button', { name: 'Save as JSON' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^NUnit-.*-install\.plan\.json$/);
    const plan = JSON.parse(readFileSync(await download.path(), 'utf8')) as InstallerPlan;
    assert.deepEqual([plan.productCode, plan.totals.files], [productCode, all]);
  });
});

test('a plan reads well at 390 pixels in the dark, and printed', { skip }, async () => {
  await planning({ width: 390, height: 844, scheme: 'dark' }, async (page, inside) => {
    await picture(inside).waitFor();
    await inside.getByText(/^Operations \(/).click();
    await inside.getByRole('table', { name: 'Operations' }).waitFor();
    assert.deepEqual(await overflowOf(page), []);
    await shoot(page, 'e2e-390-plan');
    await page.emulateMedia({ media: 'print' });
    await inside.getByRole('button', { name: 'Print' }).waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate('getComputedStyle(document.body).color'), 'rgb(0, 0, 0)');
    assert.equal(await page.getByRole('region', { name: 'Programs' }).isVisible(), false);
    await shoot(page, 'e2e-plan-print');
  });
});
