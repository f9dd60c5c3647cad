/** A real Linux client before a real gate: it waits while dpkg is at work, says why, and goes on when it may. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdfast } from '../../packages/cli/test/support.ts';
import { holdDpkg } from '../../packages/machine/test/holding-dpkg.ts';
import { addPackage, awaitStatus, deployToAll } from '../support/deploy.ts';
import { useSiteWithClient } from '../support/linux.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { buildTarGz } from '../support/packages.ts';

const skip = missingOnThisMachine('dpkg', 'dpkg-deb', 'tar');
const suite = useSiteWithClient(skip);

/** What `holdfast why` says of the one deployment of a client. */
async function why(hostName: string): Promise<string> {
  const environment = {
    HOLDFAST_SITE: suite.running.site.consoleUrl,
    HOLDFAST_API_KEY: suite.running.apiKey,
  };
  const { code, out, error } = await holdfast(['why', hostName], { environment });
  assert.equal(code, 0, error);
  return out;
}

test('a deployment waits while dpkg is held, tells by whom, and is done when it is released', {
  skip,
}, async () => {
  const { site, api } = suite.running;
  const over = await holdDpkg(suite.client.root, suite.folder);
  const { program } = await addPackage(
    api,
    { path: 'tree.tar.gz', bytes: buildTarGz({ 'srv/gated.txt': 'gated\n' }) },
    { name: 'Gated', version: '1' },
    {
      platform: 'linux',
      install: 'tar -xzf "{content}/tree.tar.gz" -C {root}',
      detection: [{ kind: 'file', path: '/srv/gated.txt' }],
      gates: [{ kind: 'installer-idle', name: 'installer' }],
    },
  );
  await deployToAll(api, program.id);

  const waiting = await awaitStatus(site, api, 30026);
  assert.match(waiting.text, /dpkg \(process \d+\) holds dpkg's lock/);
  assert.equal(existsSync(join(suite.client.root, 'srv/gated.txt')), false);
  assert.match(
    await why(waiting.hostName),
    /^Gated 1: waiting\nbecause +waiting for installer since \d\d:\d\d: dpkg \(process \d+\) holds dpkg's lock$/m,
  );

  await over();
  await awaitStatus(site, api, 30020, { after: waiting.id });
  assert.equal(existsSync(join(suite.client.root, 'srv/gated.txt')), true);
  assert.match(await why(waiting.hostName), /^Gated 1: succeeded$/m);
});
