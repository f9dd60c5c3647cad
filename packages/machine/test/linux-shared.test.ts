/** The ports that are the same on every platform, and those that Linux has only in part. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bootContract,
  clockContract,
  entropyContract,
  identitiesContract,
  registryContract,
} from '@holdfast/ports/suites';
import { linuxBoot } from '../src/linux/boot.ts';
import { linuxMachine } from '../src/linux/index.ts';
import { createAuthority } from './authority.ts';
import { temporaryFolder } from './temporary.ts';

const machine = linuxMachine();
const cleanup = async () => machine.close();

clockContract(async () => ({ clock: machine.clock, cleanup }));
entropyContract(async () => ({ entropy: machine.entropy, cleanup }));
identitiesContract(async () => {
  const { certify } = await createAuthority('authority of the test');
  return { identities: machine.identities, certify, cleanup };
});
bootContract(async () => ({ boot: machine.boot, cleanup }));
registryContract(async () => ({ registry: machine.registry, cleanup }));

test('the epoch changes with the release and the installation, not with an update of the same release', async (context) => {
  const root = await temporaryFolder();
  context.after(root.cleanup);
  await mkdir(join(root.path, 'etc'));
  const system = async (machineId: string, lines: string) => {
    await writeFile(join(root.path, 'etc/machine-id'), `${machineId}\n`);
    await writeFile(join(root.path, 'etc/os-release'), lines);
    return linuxBoot({ root: root.path }).operatingSystem();
  };
  const twelve = await system(
    'aa',
    'PRETTY_NAME="Some \\"Linux\\" 12"\nID=some\nVERSION_ID="12"\nVERSION="12.1"\n',
  );
  assert.equal(twelve.name, 'Some "Linux" 12');
  assert.equal(twelve.version, '12');
  const updated = await system('aa', "ID=some\nVERSION_ID='12'\nVERSION='12.2'\n");
  assert.equal(updated.epoch, twelve.epoch);
  const upgraded = await system('aa', 'ID=some\nVERSION_ID=13\n');
  const reinstalled = await system('bb', 'ID=some\nVERSION_ID=12\n');
  assert.equal(new Set([twelve.epoch, upgraded.epoch, reinstalled.epoch]).size, 3);
});
