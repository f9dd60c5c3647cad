/** client.msi removed by a real msiexec: nothing stays but the state, and who comes back with it is the same client. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { wineAvailable } from '../../packages/machine/wine/index.ts';
import { onlyInFull } from '../support/needs.ts';
import { useWine } from '../support/wine.ts';
import { stateFolder } from './client-msi.ts';
import { repairLine, usePackagedClient } from './packaged-client.ts';

const skip = wineAvailable() ?? onlyInFull();
const wine = useWine(skip);

/** Below C:\: not what programs write for themselves while they work, and not what stays on purpose. */
const beside = [
  /^[^/]*\.(?:log|msi|reg)$/,
  /^windows\/temp\//i,
  /^users\//,
  /^ProgramData\/Holdfast(?:\/|$)/,
];
/** Folders of Windows, empty: that of the installer's own copies, and one of tasks, which schtasks makes and cannot remove. */
const windowsOwn = ['windows/Installer', 'windows/system32/tasks/Holdfast'];
/** Where a Windows Installer keeps what is installed: it makes them with the first package, for good. */
const installersOwn =
  /^\[[^\]]*\\Installer(?:\\(?:Features|Products|UpgradeCodes|Components|UserData|S-1-5-18))*\]$/;

/** Wine has its scheduler start with the machine once there is a first task; Windows' own always does. */
const schedulersOwn = /\\Services\\Schedule\] "Start"=/;
const isSystems = (line: string) => installersOwn.test(line) || schedulersOwn.test(line);

const without = (all: readonly string[], known: readonly string[]) => {
  const set = new Set(known);
  return all.filter((one) => !set.has(one));
};

describe('client.msi, removed', { skip }, () => {
  const packaged = usePackagedClient(wine);
  let clientId = '';
  let identity = '';
  let filesBefore: readonly string[];
  let registryBefore: readonly string[];

  const identityFile = () => readFileSync(packaged.msi.linux(`${stateFolder}\\keys\\identity.json`), 'utf8');
  const files = () =>
    readdirSync(wine.prefix.driveC, { recursive: true, encoding: 'utf8' })
      .filter((path) => !beside.some((pattern) => pattern.test(path)))
      .sort();

  /** Keys and values, each with the key that it is in. */
  async function registryLines(): Promise<string[]> {
    const lines: string[] = [];
    for (const key of ['HKLM\\Software', 'HKLM\\System\\CurrentControlSet\\Services']) {
      const { code, output } = await packaged.run('reg', 'export', key, 'C:\\exported.reg', '/y');
      assert.equal(code, 0, output);
      let at = '';
      for (const line of readFileSync(packaged.msi.linux('C:\\exported.reg'), 'utf16le').split('\r\n')) {
        if (line.startsWith('[')) at = line;
        if (line !== '') lines.push(line === at ? at : `${at} ${line}`);
      }
    }
    return lines;
  }

  before(async () => {
    filesBefore = files();
    registryBefore = await registryLines();
    await packaged.install('client.msi', ...packaged.siteWords);
    await packaged.msi.succeed(...repairLine);
    clientId = await packaged.clientId();
    identity = identityFile();
  });

  it('leaves nothing but its state', async () => {
    await packaged.remove();
    assert.deepEqual(without(files(), [...filesBefore, ...windowsOwn]), []);
    assert.deepEqual(without(filesBefore, files()), []);
    const registry = await registryLines();
    const added = without(registry, registryBefore).filter((line) => !isSystems(line));
    assert.deepEqual(added, []);
    const lost = without(registryBefore, registry).filter((line) => !isSystems(line));
    assert.deepEqual(lost, []);
    assert.equal(identityFile(), identity);
  });

  it('is the same client when it comes back', async () => {
    await packaged.msi.succeed('/i', 'client.msi');
    await packaged.assertAllWhole();
    assert.equal(await packaged.clientId(), clientId);
    await packaged.remove('REMOVESTATE=1');
    assert.equal(existsSync(packaged.msi.linux(stateFolder)), false);
  });
});
