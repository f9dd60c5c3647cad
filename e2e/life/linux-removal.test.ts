/** A client that is taken away leaves a machine as it was, but for what was asked to be kept. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type LostSite, startLostSite } from '../support/lost-site.ts';
import { missingOnThisMachine, onlyInFull } from '../support/needs.ts';
import { rootListing } from '../support/root-listing.ts';
import {
  assertWhole,
  clientIdOf,
  install,
  type LinuxMachine,
  newLinuxMachine,
  state,
  typeLine,
} from './linux-machines.ts';

const folder = temporaryFolder();
const below = (path: string) => path.startsWith(`${state.slice(1)}/`);

describe('a client that is taken away', {
  // One after the other: each begins with what the one before has left.
  skip: onlyInFull() || bootingMissing() || missingOnThisMachine('curl', 'sha256sum'),
}, () => {
  let life: LostSite;
  let machine: LinuxMachine;
  let untouched: readonly string[];

  /** What is there that was not. */
  const left = () => rootListing(machine.linux).filter((path) => !untouched.includes(path));
  const gone = () => untouched.filter((path) => !rootListing(machine.linux).includes(path));
  const setUp = async () => {
    await typeLine(machine, life);
    await assertWhole(machine);
  };
  const uninstall = (...words: string[]) =>
    machine.linux.ask(`${install}/bin/holdfast-setup`, '/uninstall', ...words);

  before(async () => {
    life = await startLostSite(join(folder.path, 'site'));
    machine = await newLinuxMachine(folder.path, { ownPace: true });
    // dpkg takes an empty folder along that no other package has something in.
    await machine.linux.ask('mkdir', '/opt/another');
    untouched = rootListing(machine.linux);
    assert.ok(untouched.length > 20);
  });
  after(async () => {
    await machine?.linux.stop();
    await life?.stop();
    folder.remove();
  });

  it('by its bootstrap leaves who it was, where that is to be kept, and is the same client afterwards', {
    skip: onlyInFull(),
  }, async () => {
    await setUp();
    assert.ok(left().length > 50, 'it is seen when it is there');
    const id = await clientIdOf(machine);
    await uninstall('KEEP=identity');
    const own = [...new Set(left().map((path) => path.split('/').slice(0, 4).join('/')))];
    assert.deepEqual(
      own,
      ['', '/client.journal', '/keys', '/settings.json'].map((name) => `${state}${name}`.slice(1)),
    );
    await setUp();
    assert.equal(await clientIdOf(machine), id);
  });

  it('by dpkg --remove leaves its state alone', async () => {
    await machine.linux.ask('dpkg', '--remove', 'holdfast-client');
    assert.deepEqual(
      left().filter((path) => !below(path)),
      [state.slice(1)],
    );
    assert.ok(left().includes(`${state.slice(1)}/client.journal`));
  });

  it('by dpkg --purge leaves nothing, and takes nothing along', async () => {
    await machine.linux.ask('dpkg', '--purge', 'holdfast-client');
    assert.deepEqual([left(), gone()], [[], []]);
  });

  it('by its bootstrap leaves nothing, and takes nothing along', async () => {
    await setUp();
    await uninstall();
    assert.deepEqual([left(), gone()], [[], []]);
  });
});
