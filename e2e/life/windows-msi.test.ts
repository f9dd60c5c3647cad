/** client.msi by a real msiexec: a client within seconds, whose service stops cleanly and starts at once. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ClientDetail, HealthReport } from '@holdfast/contract';
import { wineAvailable } from '../../packages/machine/wine/index.ts';
import { awaitStatus } from '../support/deploy.ts';
import { onlyInFull } from '../support/needs.ts';
import { useWine } from '../support/wine.ts';
import { serviceName } from './client-msi.ts';
import { usePackagedClient } from './packaged-client.ts';

const skip = wineAvailable() ?? onlyInFull();
const wine = useWine(skip);

/** Asked for: from the line to a client that is enrolled and verified; shown, not asserted. Seconds. */
const wantedSeconds = 15;
const installations = 3;
const starts = 10;
const startedCode = 30002;

describe('client.msi', { skip }, () => {
  const packaged = usePackagedClient(wine);

  /** Waits for it: the client sends it in its next pass. */
  async function healthAtSite(clientId: string): Promise<HealthReport> {
    for (let look = 0; look < 60; look += 1) {
      const { health } = await packaged.running.api.get<ClientDetail>(`/clients/${clientId}`);
      if (health.report !== null) return health.report;
      await packaged.msi.serviceState();
    }
    assert.fail('the site has no report of its health');
  }

  it('installs, enrols and runs as a service, and tells its site how it is', async (context) => {
    const { msi, running, siteWords } = packaged;
    for (let round = 1; round <= installations; round += 1) {
      const seconds = await packaged.install('client.msi', ...siteWords);
      context.diagnostic(`${seconds.toFixed(1)} s to a verified client; ${wantedSeconds} s are asked for`);
      if (round < installations) await packaged.remove('REMOVESTATE=1');
    }
    await packaged.assertAllWhole();
    const clientId = await packaged.clientId();
    await awaitStatus(running.site, running.api, startedCode, { clientId });
    await msi.answer('health', '--evaluate');
    const report = await healthAtSite(clientId);
    assert.deepEqual(
      report.findings.filter(({ state }) => state === 'failed'),
      [],
    );
    const kept = report.findings.find(({ check }) => check === 'kept-package');
    assert.match(kept?.reason ?? '', /client\.msi/);
  });

  it('is a service that stops cleanly and starts again', async (context) => {
    const clientId = await packaged.clientId();
    const tookMs: number[] = [];
    for (let round = 0; round < starts; round += 1) {
      assert.equal((await packaged.ask('stop')).state, 'stopped');
      const { output } = await packaged.run('sc', 'query', serviceName);
      assert.match(output, /WIN32_EXIT_CODE\s*: 0 /);
      const started = await packaged.ask('start');
      assert.equal(started.state, 'running');
      tookMs.push(started.tookMs);
    }
    context.diagnostic(`running after ${tookMs.join(', ')} ms; a second is asked for`);
    assert.equal(await packaged.clientId(), clientId);
  });

  it('needs no words where the site has written its address and a token into it', async () => {
    const { msi, running, built } = packaged;
    await packaged.remove('REMOVESTATE=1');
    const { version } = built.release;
    const response = await fetch(
      `${running.site.consoleUrl}/api/v1/client-releases/${version}/packages/client.msi/configured`,
      {
        method: 'POST',
        headers: { 'x-api-key': running.apiKey, 'content-type': 'application/json' },
        body: JSON.stringify({ token: running.token }),
      },
    );
    assert.equal(response.status, 200);
    writeFileSync(msi.linux('C:\\configured.msi'), Buffer.from(await response.arrayBuffer()));
    await packaged.install('configured.msi');
    await packaged.assertAllWhole();
  });
});
