/** The contract of what the platform's installers say. */
import assert from 'node:assert/strict';
import type { Clock, Installers, PackageState } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { toldOf } from './watched.ts';

export type InstallersFixture = Fixture & {
  readonly installers: Installers;
  /** Which of the two this machine has. */
  readonly has: { readonly dpkg: boolean; readonly msi: boolean };
  /** A package that is installed, where one can be had. */
  readonly installedDpkg?: { readonly name: string; readonly version: string };
  /** A package of which only the configuration is left. */
  readonly removedDpkg?: string;
  readonly installedMsi?: { readonly productCode: string; readonly version?: string };
  /** A file with a version resource, and that version. */
  readonly versionedFile?: { readonly path: string; readonly version: string };
  /** A file without one, and a path where there is nothing. */
  readonly plainFile: string;
  readonly missingFile: string;
  readonly clock?: Pick<Clock, 'sleep'>;
  /** Another installation begins, as this system would see it; resolves when it is under way, its answer when it is over. */
  busy?(): Promise<() => Promise<void>>;
  /** They cannot work any more: a package is left half installed, their service is disabled. Its answer mends it. */
  spoil?(): Promise<() => Promise<void>>;
};

export function installersContract(make: Make<InstallersFixture>, options: SuiteOptions = {}): void {
  registerContract('installers', make, options, tests);
}

/** No product has this code. */
const unknownProduct = '{00000000-DEAD-BEEF-0000-000000000000}';

const absent = (has: boolean): PackageState | undefined => (has ? { installed: false } : undefined);

const tests: ContractTests<InstallersFixture> = {
  'a package that dpkg does not know is not installed; without dpkg there is no answer': async (fixture) => {
    const { installers, has } = fixture;
    assert.deepEqual(await installers.dpkg('holdfast-no-such-package'), absent(has.dpkg));
  },

  'a package that dpkg installed is told with its version': async (fixture, context) => {
    const { installers, installedDpkg } = fixture;
    if (installedDpkg === undefined) {
      context.skip('nothing here is installed by dpkg');
      return;
    }
    const state = await installers.dpkg(installedDpkg.name);
    assert.deepEqual(state, { installed: true, version: installedDpkg.version });
  },

  'a removed package whose configuration was kept is not installed': async (fixture, context) => {
    const { installers, removedDpkg } = fixture;
    if (removedDpkg === undefined) {
      context.skip('nothing here was removed by dpkg');
      return;
    }
    assert.equal((await installers.dpkg(removedDpkg))?.installed, false);
  },

  'a name that is no name of a package is not installed, whatever dpkg would make of it': async (fixture) => {
    const { installers, has } = fixture;
    for (const name of ['', '*', '--version', '-W', 'a b', '../x', 'x\n', '?', '[a-z]*', 'x\0y']) {
      assert.deepEqual(await installers.dpkg(name), absent(has.dpkg), JSON.stringify(name));
    }
  },

  'a product that Windows Installer does not know is not installed; elsewhere there is no answer': async (
    fixture,
  ) => {
    const { installers, has } = fixture;
    assert.deepEqual(await installers.msi(unknownProduct), absent(has.msi));
    for (const code of ['', 'putty', '{not-a-code}', `${unknownProduct}\0`]) {
      assert.deepEqual(await installers.msi(code), absent(has.msi), JSON.stringify(code));
    }
  },

  'a product that Windows Installer installed is told': async ({ installers, installedMsi }, context) => {
    if (installedMsi === undefined) {
      context.skip('nothing here is installed by Windows Installer');
      return;
    }
    const state = await installers.msi(installedMsi.productCode);
    assert.equal(state?.installed, true);
    if (installedMsi.version !== undefined) assert.equal(state.version, installedMsi.version);
  },

  'while another installation is under way they are not idle, and say so': async (
    { installers, busy },
    context,
  ) => {
    if (busy === undefined || installers.idle === undefined) {
      context.skip('no other installation can be had in a test');
      return;
    }
    assert.deepEqual(await installers.idle(), { ready: true });
    const over = await busy();
    const idle = await installers.idle();
    assert.ok(!idle.ready);
    assert.ok(idle.reason.length > 0);
    assert.ok(Object.keys(idle.evidence).length > 0, 'nothing was seen');
    await over();
    assert.deepEqual(await installers.idle(), { ready: true });
  },

  'those who watch are told when an installation is over, and those who left are not': async (
    { installers, busy, clock },
    context,
  ) => {
    if (busy === undefined || clock === undefined) {
      context.skip('no other installation can be had in a test');
      return;
    }
    const over = await busy();
    await toldOf(over, installers, clock, context);
  },

  'those that could work are healthy, those that could not say why; without any there is no answer': async ({
    installers,
    has,
    spoil,
  }) => {
    if (installers.healthy === undefined) return;
    if (!has.dpkg && !has.msi) {
      assert.equal(await installers.healthy(), undefined);
      return;
    }
    assert.deepEqual(await installers.healthy(), { ready: true });
    if (spoil === undefined) return;
    const mend = await spoil();
    const ill = await installers.healthy();
    assert.ok(ill && !ill.ready);
    assert.ok(ill.reason.length > 0);
    assert.ok(Object.keys(ill.evidence).length > 0, 'nothing was seen');
    await mend();
    assert.deepEqual(await installers.healthy(), { ready: true });
  },

  'a file without a version resource has no version, nor one that is not there': async (fixture) => {
    const { installers, plainFile, missingFile } = fixture;
    assert.equal(await installers.fileVersion(plainFile), undefined);
    assert.equal(await installers.fileVersion(missingFile), undefined);
  },

  'the version of a version resource is read': async ({ installers, versionedFile }, context) => {
    if (versionedFile === undefined) {
      context.skip('no file here has a version resource');
      return;
    }
    assert.equal(await installers.fileVersion(versionedFile.path), versionedFile.version);
  },
};
