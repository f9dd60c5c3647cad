/** Versions of the client in the console: over the fleet, ordered in rings, followed live, held and taken back; real site. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { overflowOf, shoot } from '@holdfast/console/test/browser';
import type { ClientUpgradeSummary, Page as Rows, UpgradeMember } from '@holdfast/contract';
import type { Page } from 'playwright-core';
import { goTo } from '../support/console.ts';
import { addRelease, hostile, lifeSite, signedIn, skip } from '../support/life-site.ts';
import { enrolVersioned, type VersionedClient } from '../support/wire-versions.ts';

const clients: VersionedClient[] = [];
const osName = 'Desk OS';
const running = lifeSite(async (life) => {
  for (const version of ['0.5.0', '1.0.0', '2.0.0']) await addRelease(life, version);
  const about = { osName, clientVersion: '1.0.0' } as const;
  for (const hostName of ['desk-1', 'desk-2', `odd ${hostile}`]) {
    clients.push(await enrolVersioned(life, { ...about, hostName }));
  }
  clients.push(await enrolVersioned(life, { ...about, hostName: 'mac', platform: 'macos' }));
  const query = { all: [{ attribute: 'osName', operator: 'equals', value: osName }] };
  await life.api.post('/collections', { name: 'desks', query });
});
after(() => {
  for (const client of clients) client.close();
});

const upgrades = async () => (await running().api.get<Rows<ClientUpgradeSummary>>('/client-upgrades')).items;

/** The client that a ring has alone. */
async function onlyOneOf(upgradeId: string, ring: number): Promise<VersionedClient> {
  const path = `/client-upgrades/${upgradeId}/members?ring=${ring}`;
  const [member, another] = (await running().api.get<Rows<UpgradeMember>>(path)).items;
  const client = clients.find(({ clientId }) => clientId === member?.clientId);
  assert.ok(client && another === undefined);
  return client;
}

async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: option }).click();
}

/** Presses a button of the page, and the same one in the question that it asks. */
async function confirm(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Fills in the form and tries it. */
async function tryOrder(page: Page, button: string, version: string): Promise<void> {
  await goTo(page, 'Clients');
  await page.getByRole('tab', { name: 'Client versions' }).click();
  await page.getByRole('link', { name: button }).click();
  await choose(page, 'Version', new RegExp(`^${version}`));
  await choose(page, 'Collection', /^desks/);
  await page.getByRole('textbox', { name: 'Rings' }).fill('1, all');
  await page.getByRole('textbox', { name: 'Spread (minutes)' }).fill('0');
  await page.getByRole('textbox', { name: 'A ring settles (minutes)' }).fill('0');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('This was a dry run').waitFor();
}

test('a version is tried and ordered, and its rings are followed and held before one’s eyes', {
  skip,
}, async () => {
  await signedIn(running(), async (page) => {
    await tryOrder(page, 'Upgrade clients', '2.0.0');
    await page.getByText('Upgrade to 2.0.0: 3 clients in 2 rings').waitFor();
    await page.getByRole('img', { name: 'Ring 2: 2 waiting' }).waitFor();
    await page.getByText('1 machine: 2.0.0 has no archive for macos x64').waitFor();
    assert.deepEqual(await upgrades(), [], 'trying orders nothing');
    await shoot(page, 'versions-dry-run');
    await page.getByRole('button', { name: 'Order the upgrade' }).click();
    await page.getByRole('heading', { level: 1, name: 'Upgrade to 2.0.0' }).waitFor();
    const [made] = await upgrades();
    assert.ok(made?.id);
    assert.equal(new URL(page.url()).pathname, `/clients/versions/${made.id}`);

    const first = await onlyOneOf(made.id, 1);
    const details = { upgradeId: made.id, version: '2.0.0', previous: '1.0.0' };
    await first.tell('version-waits', { ...details, gate: 'pending-reboot', reason: `files ${hostile}` });
    await page.getByText(`waits for pending-reboot: files ${hostile}`).waitFor();
    await first.tell('version-on-trial', details);
    await page.getByRole('img', { name: 'Ring 1: 1 on trial' }).waitFor();
    await first.tell('version-reverted', { ...details, starts: 3, cause: 'died', reason: `exit ${hostile}` });
    await page.getByText('It has stopped by itself').waitFor();
    await page.getByText('Ring 1: 1 machine of 1 gave the version up or refused it').waitFor();
    await page.getByRole('list', { name: 'Failures by cause' }).getByText('1 machine: it ended').waitFor();
    const members = page.getByRole('table', { name: 'Members of the upgrade' });
    await page.getByRole('combobox', { name: 'State' }).selectOption('Failed');
    await page.getByText('1 of 1').waitFor();
    await members.getByText(`exit ${hostile}`).waitFor();
    await page.getByRole('combobox', { name: 'Ring' }).selectOption('Ring 2');
    await page.getByText('No member is like this').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('All states');
    await page.getByText('2 of 2').waitFor();
    await shoot(page, 'versions-stopped');

    await confirm(page, 'Resume');
    await page.getByRole('img', { name: 'Ring 1: 1 failed, accepted' }).waitFor();
    await confirm(page, 'Pause');
    await page.getByText('It is paused').waitFor();
    await page.getByText('Paused by ada@example.org.').waitFor();
    await confirm(page, 'Withdraw');
    await page.getByText('Withdrawn', { exact: true }).waitFor();
    assert.equal(await page.getByRole('button', { name: /^(Pause|Resume|Withdraw)$/ }).count(), 0);
    assert.equal((await upgrades())[0]?.state, 'withdrawn');
  });
});

test('a client’s page shows its trial as it goes, and the fleet its versions', { skip }, async () => {
  await signedIn(running(), async (page) => {
    await tryOrder(page, 'Roll back', '0.5.0');
    await page.getByRole('button', { name: 'Order the rollback' }).click();
    await page.getByRole('heading', { level: 1, name: 'Rollback to 0.5.0' }).waitFor();
    const [made] = await upgrades();
    assert.ok(made?.id);
    assert.equal(made.action, 'rollback');
    const first = await onlyOneOf(made.id, 1);
    await page.getByRole('link', { name: first.hostName }).click();
    const version = page.getByRole('region', { name: 'Version', exact: true });
    await version.getByRole('list', { name: 'Trial' }).waitFor();
    const step = (label: string, done: string) =>
      version.getByRole('listitem').filter({ hasText: label }).getByLabel(done);
    await step('On trial', 'To come').waitFor();
    await first.takes(made.id, '0.5.0', '1.0.0', async () => {
      await step('On trial', 'Done').waitFor();
      await step('Proved to the site', 'To come').waitFor();
      await shoot(page, 'versions-trial');
    });
    await version.getByText('Blessed', { exact: true }).waitFor();
    await version.getByText('0.5.0', { exact: true }).waitFor();
    await version.getByRole('list', { name: 'Trial' }).waitFor({ state: 'detached' });
    await version.getByRole('row', { name: 'Upgrade to 2.0.0' }).waitFor();

    await goTo(page, 'Clients');
    await page.getByRole('tab', { name: 'Client versions' }).click();
    const bars = page.getByRole('list', { name: 'Clients by version' });
    await bars.getByRole('listitem').filter({ hasText: '0.5.0' }).getByText('1 client').waitFor();
    await bars.getByRole('listitem').filter({ hasText: '1.0.0' }).getByText('3 clients').waitFor();
    await clients.at(-1)?.becomes(`9 ${hostile.slice(0, 30)}`);
    await bars.getByText(`9 ${hostile.slice(0, 30)}`).waitFor();
    await page.getByRole('row', { name: 'Rollback to 0.5.0' }).getByText('1 of 3 blessed').waitFor();
    await page
      .getByRole('row', { name: 'Upgrade to 2.0.0' })
      .getByText('Withdrawn', { exact: true })
      .waitFor();
    await shoot(page, 'versions-fleet');
  });
});

test('what the site refuses is said in the review, and the form says what is wrong', { skip }, async () => {
  await signedIn(
    running(),
    async (page) => {
      await page.goto('/clients/versions/order?action=upgrade');
      await page.getByRole('textbox', { name: 'Rings' }).fill('1 %,,');
      await page.getByRole('button', { name: 'Try it' }).click();
      await page.getByText('Choose a collection').last().waitFor();
      await page.getByText('Shares and numbers such as').waitFor();
      await page.getByRole('textbox', { name: 'Rings' }).fill('');
      await choose(page, 'Version', /^0\.5\.0/);
      await choose(page, 'Collection', /^desks/);
      await page.getByRole('button', { name: 'Try it' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('No client of desks can take 0.5.0').waitFor();
      await alert.getByText('conflict', { exact: true }).waitFor();
      assert.ok(await page.getByRole('button', { name: 'Order the upgrade' }).isDisabled());
      assert.deepEqual(await overflowOf(page), []);
      await shoot(page, 'versions-390-refused');
      for (const address of ['/clients/versions', `/clients/versions/${(await upgrades())[0]?.id}`]) {
        await page.goto(address);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
        assert.deepEqual(await overflowOf(page), [], `${address} is too wide`);
      }
    },
    { width: 390, height: 844, scheme: 'dark' },
    ['Failed to load resource: the server responded with a status of 409 (Conflict)'],
  );
});
