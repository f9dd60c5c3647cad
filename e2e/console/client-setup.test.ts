/** Clients are set up before one's eyes in the console: the line to run, each phase, and what failed; real site, real browser. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { shoot } from '@holdfast/console/test/browser';
import { type ClientSetup, setupLine } from '@holdfast/contract';
import { bytesSource, openDatabase } from '@holdfast/msi';
import type { Page } from 'playwright-core';
import { goTo } from '../support/console.ts';
import { addRelease, bootstrap, hostile, lifeSite, signedIn, skip } from '../support/life-site.ts';
import { enrolWireClient } from '../support/wire-client.ts';

const running = lifeSite();

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
  const offer = await running().api.get<ClientSetup>('/client-setup');
  const dialog = page.getByRole('dialog', { name: 'Add a client' });
  const linux = await dialog.getByText(/^curl .*sudo sh holdfast-setup\.sh/).textContent();
  assert.equal(linux, setupLine(offer, 'linux', token));
  await shoot(page, 'life-line-linux');
  // All but its last part, which would set this machine up: the script arrives, and it is the one of the hash.
  const [fetching, checking] = linux?.split(' && ') ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', `${fetching} && ${checking}`], {
    cwd: running().folder,
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
    [running().site.managementPointUrl, token],
  );

  await dialog.getByRole('tab', { name: 'By hand' }).click();
  await dialog.getByText('sudo dpkg -i ./holdfast-client_1.0.0_amd64.deb').waitFor();
  await dialog.getByRole('tab', { name: 'Linux' }).click();
}

test('the dialog that adds a client shows its line, and follows the machine through its phases', {
  skip,
}, async () => {
  await signedIn(running(), async (page) => {
    let loads = 0;
    page.on('domcontentloaded', () => {
      loads += 1;
    });
    const token = await openDialog(page);
    const setups = page.getByRole('region', { name: 'Set-ups with this token' });
    await setups.getByText('Waiting for the first word of a machine.').waitFor();
    await shoot(page, 'life-no-release');
    await addRelease(running(), '1.0.0');
    await checkLines(page, token);

    const hostName = `NEW-07 ${hostile}`;
    const tell = bootstrap(running(), token, hostName);
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
    const client = await enrolWireClient(running().site.managementPointUrl, token, { hostName });
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
  await signedIn(running(), async (page) => {
    await page.goto('/settings/tokens');
    await page.getByRole('button', { name: 'Add a client' }).first().click();
    await page.getByRole('textbox', { name: 'Label' }).fill('By hand');
    await page.getByRole('button', { name: 'Create token' }).click();
    const line = await page.getByText(/^curl .*sudo sh holdfast-setup\.sh/).textContent();
    const token = /TOKEN=(HF1\.[^']+)/.exec(line ?? '')?.[1] ?? '';
    const setups = page.getByRole('region', { name: 'Set-ups with this token' });
    await setups.getByText('Waiting for the first word of a machine.').waitFor();
    const client = await enrolWireClient(running().site.managementPointUrl, token, { hostName: 'by-hand' });
    client.close();
    await setups.getByText('1 machine has enrolled with this token').waitFor();
  });
});

test('a set-up that fails is counted, listed with its reason, and told phase by phase', {
  skip,
}, async () => {
  const tell = bootstrap(running(), running().token, `broken ${hostile}`);
  await tell({ phase: 'verify', moment: 'begins' });
  const reason = `The package is not the one of the hash ${hostile}`;
  await tell({ phase: 'verify', moment: 'failed', error: 'content.hash-mismatch', reason });
  await signedIn(running(), async (page) => {
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
