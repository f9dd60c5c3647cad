/** Bad days as an administrator sees them: hostile names, refusals, cut uploads, and a site that is gone. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { type Visit, visit } from '@holdfast/console/test/browser';
import { type ErrorBody, errorCatalogue, mpPaths } from '@holdfast/contract';
import {
  administrator,
  builtConsole,
  createAdministrator,
  goTo,
  missingBrowser,
  signIn,
} from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { enrolWireClient } from '../support/wire-client.ts';

const look = { width: 1280, height: 800, scheme: 'light' } as const;
/** Bytes per second while an upload is to be caught on its way, and bytes of the file. */
const slowly = 512 * 1024;
const fileSize = 8 * 1024 * 1024;

/** Node tells of every request that a server of this process begins to read. */
const requestStart = 'http.server.request.start';

/** Knows the connections of the site's uploads; `cut` ends them, and those of every further try. */
function uploadsOfTheSite(): { cut(): void; letGo(): void } {
  const uploading = new Set<Socket>();
  let cutting = false;
  const heard = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    if (request.method !== 'PUT') return;
    if (cutting) request.socket.destroy();
    else uploading.add(request.socket);
  };
  subscribe(requestStart, heard);
  return {
    cut() {
      cutting = true;
      for (const socket of uploading) socket.destroy();
    },
    letGo: () => unsubscribe(requestStart, heard),
  };
}

const skip = missingBrowser;
const folder = temporaryFolder();
const dataFolder = join(folder.path, 'site');
const options = async () => ({ dataFolder, pollSeconds: 1, distFolder: await builtConsole() });
let running: TestSite;
let visited: Visit | undefined;

async function signedIn(): Promise<Visit> {
  visited = await visit(running.site.consoleUrl, look);
  await visited.page.goto('/sign-in');
  await signIn(visited.page);
  await visited.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await visited.page.getByText('Live', { exact: true }).waitFor();
  return visited;
}

before(async () => {
  if (skip) return;
  running = await startTestSite(await options());
  await createAdministrator(running);
});
after(async () => {
  await running?.site.close();
  folder.remove();
});
afterEach(async () => {
  await visited?.close();
  visited = undefined;
});

test('a wrong password is refused with a code and a remedy, and sign-in returns to the whole address', {
  skip,
}, async () => {
  visited = await visit(running.site.consoleUrl, look);
  const { page } = visited;
  const unknown = '00000000-0000-4000-8000-000000000000';
  const address = `/deployments/new?packageId=${unknown}`;
  await page.goto(address);
  await signIn(page, 'not the password at all');
  const alert = page.getByRole('alert');
  await alert.getByText('E-mail or password is wrong.').waitFor();
  await alert.getByText('Check both and try again.').waitFor();
  await alert.getByText('auth.required').waitFor();
  await signIn(page, administrator.password);
  await page.getByRole('heading', { level: 1, name: 'Deploy a program' }).waitFor();
  const { pathname, search } = new URL(page.url());
  assert.equal(pathname + search, address);
});

test('the own password is changed only with the old one, and the new one counts from then on', {
  skip,
}, async () => {
  const { page } = await signedIn();
  await page.goto('/settings/password');
  const change = async (current: string, next: string) => {
    await page.getByRole('textbox', { name: 'Current password' }).fill(current);
    await page.getByRole('textbox', { name: 'New password' }).fill(next);
    await page.getByRole('textbox', { name: 'Repeat the password' }).fill(next);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  const next = 'another long enough password';
  await change('not the password at all', next);
  await page.getByText('The current password is wrong.').waitFor();
  await change(administrator.password, next);
  await page.getByText('The password is changed.').waitFor();
  await change(next, administrator.password);
  await page.getByText('The password is changed.').nth(1).waitFor();
});

test('a script for a host name is text, live and on its page; revoked, its next request is refused', {
  skip,
}, async () => {
  const hostName = "<script>document.title='owned'</script>";
  const { page, complaints } = await signedIn();
  await goTo(page, 'Clients');
  const client = await enrolWireClient(running.site.managementPointUrl, running.token, { hostName });
  try {
    await page.getByRole('link', { name: hostName }).click();
    await page.getByRole('heading', { level: 1, name: hostName }).waitFor();
    assert.equal(await page.title(), `${hostName} · Holdfast`);
    assert.equal(await page.locator('main script').count(), 0);
    assert.equal((await client.get(mpPaths.policy)).status, 200);

    await page.getByRole('button', { name: 'Revoke certificate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke certificate' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Revoked').waitFor();
    const refused = await client.get(mpPaths.policy);
    const error = JSON.parse(refused.body) as ErrorBody;
    assert.deepEqual([refused.status, error.code], [403, 'certificate.revoked']);
    assert.equal(error.remedy, errorCatalogue['certificate.revoked'].remedy);
    await goTo(page, 'Clients');
    await page.getByRole('row', { name: hostName }).getByText('Revoked').waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    client.close();
  }
});

test('an upload that is cut off says so, leaves nothing, and is whole when sent again', {
  skip,
}, async () => {
  const { page } = await signedIn();
  const uploads = uploadsOfTheSite();
  try {
    const network = await page.context().newCDPSession(page);
    const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: slowly };
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', conditions);
    await goTo(page, 'Packages');
    await page.getByRole('link', { name: 'Add a package' }).first().click();
    await page
      .locator('input[type=file][multiple]')
      .first()
      .setInputFiles({
        name: 'tool.bin',
        mimeType: 'application/octet-stream',
        buffer: Buffer.alloc(fileSize, 7),
      });
    const files = page.getByRole('list', { name: 'Files of the package' });
    await files.getByText(/^Uploading (?!0 )/).waitFor();
    uploads.cut();
    await files.getByText('The upload was cut off.').waitFor();
    await files.getByText(errorCatalogue['request.cut-off'].remedy).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Continue' }).isDisabled());

    uploads.letGo();
    await network.send('Network.emulateNetworkConditions', { ...conditions, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Send tool.bin again' }).click();
    await page.getByText('1 of 1 file stored').waitFor();
  } finally {
    uploads.letGo();
  }
});

test('a site that is gone is said clearly, and the console goes on by itself when it is back', {
  skip,
}, async () => {
  const { page } = await signedIn();
  const { consoleUrl, managementPointUrl } = running.site;
  await running.site.close();
  const incoming = readdirSync(join(dataFolder, 'content/incoming'));
  assert.deepEqual(incoming, [], 'the upload that was cut off has left nothing');
  await page.getByText('Not live', { exact: true }).waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Packages' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('The site did not answer.').waitFor();
  await alert.getByText(errorCatalogue['network.unreachable'].remedy).waitFor();
  await alert.getByText('network.unreachable').waitFor();

  running = await startTestSite({
    ...(await options()),
    isNew: false,
    consolePort: Number(new URL(consoleUrl).port),
    managementPort: Number(new URL(managementPointUrl).port),
  });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('No package yet').waitFor();
  await alert.waitFor({ state: 'detached' });
});
