/** Windows is upgraded twice beneath an installed client, and its file protection is late each time: nothing is lost. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientDetail, DeploymentSummary, StatusRow } from '@holdfast/contract';
import { type WineProcess, wineAvailable } from '../../packages/machine/wine/index.ts';
import { addPackage, awaitStatus, deployToAll, statusMessages } from '../support/deploy.ts';
import {
  installLateProtection,
  type LateProtection,
  lateProtectionMissing,
} from '../support/late-protection/index.ts';
import { onlyInFull } from '../support/needs.ts';
import { useWine } from '../support/wine.ts';
import { stateFolder } from './client-msi.ts';
import { usePackagedClient } from './packaged-client.ts';

const skip = wineAvailable() ?? lateProtectionMissing() ?? onlyInFull();
const wine = useWine(skip);
const changedSystem = 30065;
const waitsCode = 30044;
const changedCode = 30045;
const verifiedCode = 30020;
/** Milliseconds for which the driver must stay as it is while file protection does not serve. */
const lateMs = 20_000;
const environmentKey = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';
const ran = 'C:\\ran.txt';

describe('winxp64 to win7 to win10, with an installed client', { skip }, () => {
  let protection: LateProtection;
  before(async () => {
    const { prefix, folder } = wine;
    protection = await installLateProtection(prefix, `${folder}/protection`);
    // Node 22 refuses to start on what is older than Windows 10.
    const skipCheck = ['add', environmentKey, '/v', 'NODE_SKIP_PLATFORM_CHECK', '/d', '1', '/f'];
    assert.equal((await prefix.run('reg', skipCheck)).code, 0);
    await prefix.shutDown();
  });
  const packaged = usePackagedClient(wine, 5);
  /** Wine ends its services with the last program of a user. */
  let user: WineProcess | undefined;
  let clientId = '';
  let identity = '';
  let deploymentId = '';
  const state = (path: string) => packaged.msi.linux(`${stateFolder}\\${path}`);
  const identityFile = () => readFileSync(state('keys\\identity.json'), 'utf8');
  const api = () => packaged.running.api;
  const newest = async () => (await statusMessages(api())).at(-1)?.id ?? 0;
  const heard = (code: number, after: number): Promise<StatusRow> =>
    awaitStatus(packaged.running.site, api(), code, { after, clientId, patienceMs: 240_000 });
  /** Of the drivers that are laid out. */
  const variants = () => readdirSync(state('components\\screen')).map((name) => name.replace(/^[\d.]+-/, ''));

  before(async () => {
    await packaged.install('client.msi', ...packaged.siteWords);
    await packaged.msi.awaitRunning();
    clientId = await packaged.clientId();
    identity = identityFile();
    await heard(changedCode, 0);
    const { program } = await addPackage(
      api(),
      { path: 'nothing.txt', bytes: Buffer.from('nothing') },
      { name: 'Tool', version: '1' },
      {
        platform: 'windows',
        install: `cmd /c "echo ran>> ${ran}"`,
        uninstall: `cmd /c "del ${ran}"`,
        detection: [{ kind: 'file', path: ran }],
      },
    );
    deploymentId = (await deployToAll(api(), program.id)).id;
    await heard(verifiedCode, 0);
  });
  after(() => {
    user?.kill();
  });

  async function upgradeTo(version: string): Promise<void> {
    await packaged.ask('stop');
    await wine.prefix.run('winecfg', ['-v', version]);
    await wine.prefix.shutDown();
    user = wine.prefix.start('ping', ['-n', '100000', '127.0.0.1'], { timeoutMs: 0 });
    await packaged.msi.awaitRunning();
  }

  // Its package installs on Windows 10 and later alone, so it comes to the oldest first.
  for (const [version, before, variant] of [
    ['winxp64', 'win10', 'winxp'],
    ['win7', 'winxp', 'win7'],
    ['win10', 'win7', 'win10'],
  ] as const) {
    it(`to ${version}: the driver follows once file protection serves, and nothing is lost`, async (context) => {
      const known = await newest();
      protection.delay();
      await upgradeTo(version);
      context.diagnostic((await heard(changedSystem, known)).text);
      const waits = await heard(waitsCode, known);
      context.diagnostic(waits.text);
      assert.match(waits.text, /protection-ready: Win32 21 /);
      await sleep(lateMs);
      assert.deepEqual(variants(), [before], 'the driver has not waited');
      protection.serve();
      const changed = await heard(changedCode, known);
      assert.match(changed.text, new RegExp(`-${variant} installed and verified`));
      assert.deepEqual(variants(), [variant]);
      await packaged.assertAllWhole();

      assert.equal(identityFile(), identity, 'it has another identity');
      assert.deepEqual(
        (await packaged.clients()).map(({ id }) => id),
        [clientId],
      );
      const detail = await api().get<ClientDetail>(`/clients/${clientId}`);
      assert.ok(detail.systemChange && detail.systemChange.at > 0);
      context.diagnostic(JSON.stringify(detail.systemChange));
      await heard(verifiedCode, known);
      const { states } = await api().get<DeploymentSummary>(`/deployments/${deploymentId}`);
      assert.equal(states.succeeded, 1);
      assert.equal(readFileSync(packaged.msi.linux(ran), 'utf8').trim(), 'ran', 'it was run again');
      assert.ok(existsSync(state('client.journal')));
    });
  }
});
