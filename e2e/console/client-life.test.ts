/** The life of clients in the console: well or not, silent, repaired, and the releases that they have; real site, real browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overflowOf, shoot } from '@holdfast/console/test/browser';
import type { DeploymentSummary, HealthFinding, Page as Rows } from '@holdfast/contract';
import { goTo } from '../support/console.ts';
import { addRelease, bootstrap, evaluated, hostile, lifeSite, signedIn, skip } from '../support/life-site.ts';
import { enrolWireClient } from '../support/wire-client.ts';

const day = 86_400_000;

const running = lifeSite(async (life) => {
  await addRelease(life, '1.0.0');
  const another = await enrolWireClient(life.site.managementPointUrl, life.token, { hostName: 'another' });
  another.close();
  const tell = bootstrap(life, life.token, `broken ${hostile}`);
  await tell({ phase: 'verify', moment: 'failed', error: 'content.hash-mismatch', reason: hostile });
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
  const { api, postman, setAhead } = running();
  await signedIn(running(), async (page) => {
    await page.goto(`/clients/${postman.clientId}`);
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
  setAhead(4 * day);
  try {
    await signedIn(running(), async (page) => {
      await page.getByRole('link', { name: `Silent clients ${total}` }).click();
      await page.getByRole('row', { name: 'postman' }).getByRole('link').click();
      await page.getByText('This client is silent').waitFor();
      await page.getByRole('row', { name: 'Disk Failed' }).waitFor();
      await shoot(page, 'life-silent');
    });
  } finally {
    setAhead(0);
  }
});

test('the repair says what it does, and leads to the deployment that it made', { skip }, async () => {
  const { api, postman } = running();
  const deployments = async () => (await api.get<Rows<DeploymentSummary>>('/deployments')).items;
  await signedIn(running(), async (page) => {
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
  await signedIn(running(), async (page) => {
    await page.goto('/settings/releases');
    const release = page.getByRole('region', { name: 'Release 1.0.0' });
    await release.getByRole('row', { name: 'client.msi' }).waitFor();
    await addRelease(running(), '1.1.0');
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
  const [setup] = (await running().api.get<Rows<{ id: string }>>('/setups?state=failed')).items;
  const pages = [
    '/',
    '/clients?health=failed',
    `/clients/${running().postman.clientId}`,
    '/clients/setups',
    `/clients/setups/${setup?.id}`,
    '/settings/releases',
  ];
  await signedIn(
    running(),
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
