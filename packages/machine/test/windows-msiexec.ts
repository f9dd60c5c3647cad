/** A package through the real msiexec, by the ports of Windows alone: for the run inside Wine. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { win32 as path } from 'node:path';
import { test } from 'node:test';
import type { Processes } from '@holdfast/ports';
import type { Machine } from '../src/shared/machine.ts';

/** Windows paths throughout. */
export type InstallerCase = {
  readonly name: string;
  readonly msi: string;
  readonly productCode: string;
  readonly version: string;
  /** One of its files. */
  readonly file: string;
};

export function msiexecTest(machine: Machine, installer: InstallerCase): void {
  const { msi, productCode, version, file } = installer;
  const log = path.join(process.env.TEMP ?? 'C:\\', `${installer.name}.log`);

  test(`${installer.name} is installed, broken, repaired by the published line and uninstalled`, async () => {
    assert.equal(await msiexec(machine.processes, `/i "${msi}" /qn`), 0);
    assert.deepEqual(await machine.installers.msi(productCode), { installed: true, version });
    const original = readFileSync(file);

    rmSync(file);
    // The line of KB829810, with /qn because nobody is there to look at its window.
    const repair = `/I "${msi}" /L*v "${log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn`;
    assert.equal(await msiexec(machine.processes, repair), 0);
    assert.ok(readFileSync(file).equals(original));
    assert.ok(readFileSync(log).length > 0, 'no log was written');

    assert.equal(await msiexec(machine.processes, `/x ${productCode} /qn`), 0);
    assert.deepEqual(await machine.installers.msi(productCode), { installed: false });
    assert.equal(existsSync(file), false);
    const unknownProduct = 1605;
    assert.equal(await msiexec(machine.processes, `/x ${productCode} /qn`), unknownProduct);
  });
}

async function msiexec(processes: Processes, words: string): Promise<number | null> {
  const running = await processes.start({ program: 'msiexec', arguments: words, folder: 'C:\\' });
  return (await running.exit).code;
}
