/** A client that a real msiexec has installed becomes another version, and comes back from one that is sick, on Windows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { wineAvailable } from '../../packages/machine/wine/index.ts';
import { statusMessages } from '../support/deploy.ts';
import { onlyInFull } from '../support/needs.ts';
import { memberIs, orderVersion } from '../support/orders.ts';
import { offerVersion } from '../support/versions.ts';
import { useWine } from '../support/wine.ts';
import { stateFolder } from './client-msi.ts';
import { usePackagedClient } from './packaged-client.ts';

const skip = wineAvailable() ?? onlyInFull();
const wine = useWine(skip);

type Status = { readonly clientId: string; readonly version: string };

describe('an installed client on Windows', { skip }, () => {
  const packaged = usePackagedClient(wine, 5);
  const state = (path: string) => packaged.msi.linux(`${stateFolder}\\${path}`);
  const status = async () => (await packaged.msi.answer('status')) as Status;
  const offer = (version: string, code?: string) =>
    offerVersion(packaged.running.api, packaged.built, {
      version,
      platform: 'windows',
      folder: join(wine.folder, 'made'),
      ...(code === undefined ? {} : { before: code }),
    });

  before(async () => {
    await packaged.install('client.msi', ...packaged.siteWords);
    await packaged.msi.awaitRunning();
  });

  it('becomes the version that its site orders, and is blessed', async (context) => {
    const { api } = packaged.running;
    const archive = await offer('0.2.0');
    const upgrade = await orderVersion(api, '0.2.0');
    const member = await memberIs(api, upgrade, ['blessed', 'failed', 'refused'] as never);
    context.diagnostic(`${archive.size} bytes ${JSON.stringify(member)}`);
    for (const row of await statusMessages(api)) context.diagnostic(JSON.stringify(row));
    context.diagnostic(JSON.stringify(await status()));
    assert.equal(member.state, 'blessed');
  });
});
