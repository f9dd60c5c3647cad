/** A site that is away when a set-up ends on a Linux machine hears of that end once it is back. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type LostSite, startLostSite } from '../support/lost-site.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import {
  assertWhole,
  client,
  install,
  type LinuxMachine,
  newLinuxMachine,
  ownUnits,
  setupsOf,
  state,
  typeLine,
  until,
} from './linux-machines.ts';

const folder = temporaryFolder();
const missing = bootingMissing() || missingOnThisMachine('curl', 'sha256sum');

let life: LostSite;
let machine: LinuxMachine;

const pathOf = (path: string) => machine.linux.pathOf(path);
const hooked = () => existsSync(pathOf(`${ownUnits}/holdfast-setup.timer`));
const untold = () => readdirSync(pathOf(`${state}/setup`)).filter((name) => name.startsWith('untold-'));

describe('a site that is away when a set-up ends', { skip: missing }, () => {
  before(async () => {
    life = await startLostSite(join(folder.path, 'site'));
    machine = await newLinuxMachine(folder.path);
  });
  after(async () => {
    await machine?.linux.stop();
    await life?.stop();
    folder.remove();
  });

  it('hears of it by the client that was set up, also after a hard restart', async () => {
    let lost: Promise<void> | undefined;
    await typeLine(machine, life, (line) => {
      if (line === 'components begins') lost ??= life.lose();
    });
    await lost;
    assert.equal(hooked(), false, 'the hook stays beside the client');
    assert.equal(untold().length, 1, 'the client has nothing to tell');
    await machine.linux.crash();
    await life.find();
    const said = async () => (await setupsOf(machine, life))[0]?.state === 'succeeded';
    await until('the word of the end', machine, said);
    await until('the end of what was to be told', machine, async () => untold().length === 0);
    await assertWhole(machine);
    const [setup, ...others] = await setupsOf(machine, life);
    assert.deepEqual([setup?.phase, others], ['components', []]);
  });

  it('hears of an uninstall by the hook that stays for it, and then nothing is left', async () => {
    await life.lose();
    const { code, output } = await machine.linux.run(
      join(client, '../holdfast-setup'),
      '/uninstall',
      `TOKEN=${life.site.token}`,
    );
    assert.equal(code, 0, output);
    assert.equal(hooked(), true, 'nobody would tell it');
    assert.equal(existsSync(pathOf(install)), false);
    await life.find();
    const said = async () =>
      (await setupsOf(machine, life)).some(
        ({ intent, state: is }) => intent === 'uninstall' && is === 'succeeded',
      );
    await until('the word of the uninstall', machine, said);
    await until('the end of the hook', machine, async () => !hooked());
    await until('the end of its folder', machine, async () => !existsSync(pathOf(state)));
  });
});
