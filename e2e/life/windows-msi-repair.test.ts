/** The published line on the machine, by a real msiexec: whatever was lost or damaged is back, and the client is who it was. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { wineAvailable } from '../../packages/machine/wine/index.ts';
import { ownMsiexec } from '../installer/own-side.ts';
import { awaitStatus, statusMessages } from '../support/deploy.ts';
import { everyOf, onlyInFull } from '../support/needs.ts';
import { useWine } from '../support/wine.ts';
import { installFolder, registryKey, rescueTask, serviceName, stateFolder } from './client-msi.ts';
import { repairLine, usePackagedClient } from './packaged-client.ts';

const skip = wineAvailable() ?? onlyInFull();
const wine = useWine(skip);
const startedCode = 30002;
const enrolledCode = 30001;
/** How often the line is run over a client that is well, each time against the end of the service. */
const wellRounds = 5;
/** Milliseconds for which a program of the client outlives the service where the line has to wait for it. */
const lingerMs = 8000;

type Damage = { readonly name: string; readonly act: () => Promise<unknown> };

describe('client.msi, repaired', { skip }, () => {
  const packaged = usePackagedClient(wine);
  const { run, ask } = packaged;
  let clientId = '';
  let identity = '';
  const identityFile = () => readFileSync(packaged.msi.linux(`${stateFolder}\\keys\\identity.json`), 'utf8');
  const newestStatus = async () => (await statusMessages(packaged.running.api)).at(-1)?.id ?? 0;

  before(async () => {
    await packaged.install('client.msi', ...packaged.siteWords);
    await packaged.assertAllWhole();
    clientId = await packaged.clientId();
    identity = identityFile();
    await awaitStatus(packaged.running.site, packaged.running.api, startedCode, { clientId });
  });

  function fileDamages(path: string): Damage[] {
    const at = packaged.msi.installed(path);
    return [
      { name: `${path} lost`, act: async () => rmSync(at) },
      {
        name: `${path} changed`,
        act: async () => {
          const bytes = readFileSync(at);
          bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
          // Another file of the same length: what runs keeps the one that it was started from.
          rmSync(at);
          writeFileSync(at, bytes);
        },
      },
    ];
  }

  const folderLost = (folder: string): Damage => ({
    name: `${folder} gone`,
    act: async () => rmSync(packaged.msi.installed(folder), { recursive: true }),
  });
  const otherDamages: readonly Damage[] = [
    {
      name: 'service deleted, second starter and registry values gone',
      act: async () => {
        await ask('stop');
        await run('sc', 'delete', serviceName);
        await run('schtasks', '/delete', '/tn', '\\Holdfast\\Rescue', '/f');
        await run('reg', 'delete', registryKey, '/f');
      },
    },
    { name: 'service disabled', act: () => run('sc', 'config', serviceName, 'start=', 'disabled') },
    { name: 'service stopped', act: () => ask('stop') },
    folderLost('runtime'),
    folderLost('seed'),
  ];

  async function mended({ name, act }: Damage): Promise<void> {
    await act();
    await packaged.msi.succeed(...repairLine).catch((thrown: unknown) => {
      throw new Error(name, { cause: thrown });
    });
    await packaged.assertWhole();
  }

  /** It has gone on as who it was, and has told its site of a start. */
  async function assertSameClient(known: number): Promise<void> {
    const { running } = packaged;
    await packaged.assertAllWhole();
    assert.ok(existsSync(packaged.msi.linux(rescueTask)));
    assert.equal(identityFile(), identity, 'it has another identity');
    assert.deepEqual(
      (await packaged.clients()).map(({ id }) => id),
      [clientId],
    );
    await awaitStatus(running.site, running.api, startedCode, { after: known, clientId });
    const own = (await statusMessages(running.api)).filter((row) => row.clientId === clientId);
    assert.deepEqual(
      own.map(({ seq }) => seq),
      own.map((_, index) => index + 1),
      'its messages do not go on where they were',
    );
    assert.equal(own.filter(({ code }) => code === enrolledCode).length, 1, 'it enrolled again');
  }

  it('is whole again when the service, what starts it, or a whole folder was lost', async () => {
    const known = await newestStatus();
    for (const damage of otherDamages) await mended(damage);
    await assertSameClient(known);
  });

  it('takes over from the service that has just ended, without a restart of the machine', async () => {
    for (let round = 0; round < wellRounds; round += 1) {
      await packaged.msi.succeed(...repairLine);
      await packaged.assertWhole();
    }
  });

  it('waits for a program of the client that is about to end', async () => {
    const { msi } = packaged;
    const goFile = 'C:\\go';
    const inUse = `require('@koromix/koffi-win32-x64'); console.log('there');
      setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(), 50)`;
    const lingering = wine.prefix.start(
      `${installFolder}\\runtime\\node.exe`,
      ['--eval', inUse.replaceAll('\n', ' '), goFile],
      { folder: msi.linux(installFolder) },
    );
    while (!(await lingering.output()).includes('there')) await msi.serviceState();
    let over = false;
    const repaired = msi.succeed(...repairLine).finally(() => {
      over = true;
    });
    // From now on the service is in nobody's way.
    while (!over && (await msi.serviceState()) !== 'STOPPED');
    await new Promise((resolve) => setTimeout(resolve, lingerMs));
    writeFileSync(msi.linux(goFile), '');
    await repaired;
    assert.equal((await lingering.exit).code, 0);
    await packaged.assertWhole();
  });

  it('is mended by the next line where one has failed', async () => {
    const inTheWay = packaged.msi.installed('seed/software/software.mjs');
    rmSync(inTheWay);
    mkdirSync(join(inTheWay, 'something'), { recursive: true });
    assert.notEqual(await packaged.msi.msiexec(...repairLine), 0);
    rmSync(inTheWay, { recursive: true });
    await packaged.msi.succeed(...repairLine);
    await packaged.assertAllWhole();
  });

  it('has each file back that was lost or changed, one at a time, while the service runs', async (context) => {
    const known = await newestStatus();
    const damages = everyOf([...packaged.whole.keys()].flatMap(fileDamages));
    const began = performance.now();
    for (const [index, damage] of damages.entries()) {
      await mended(damage);
      const seconds = (performance.now() - began) / 1000;
      context.diagnostic(`${index + 1} of ${damages.length}, ${seconds.toFixed(0)} s: ${damage.name}`);
    }
    await assertSameClient(known);
  });

  it('has every file replaced by the rules of Windows, too, which keep what was changed by a user', async () => {
    await packaged.remove('REMOVESTATE=1');
    await wine.prefix.shutDown();
    const root = join(wine.folder, 'prefix');
    const line = [...repairLine.map((word) => word.replace('client.msi', 'C:\\client.msi')), '/qn'];
    assert.equal((await ownMsiexec(root, ['/i', 'C:\\client.msi', '/qn'])).exitCode, 0);
    const { exitCode, why } = await ownMsiexec(root, [...line, '/L*v', 'C:\\own.log']);
    assert.equal(exitCode, 0, why);
    const log = readFileSync(packaged.msi.linux('C:\\own.log'), 'utf16le');
    assert.equal(
      log.split('REINSTALLMODE specifies all files to be overwritten').length - 1,
      packaged.whole.size,
    );
  });
});
