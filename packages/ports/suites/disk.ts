/** The contract of the disk: all its tests under one name. */
import { type Make, registerContract, type SuiteOptions } from './contract.ts';
import { fileTests } from './disk-files.ts';
import type { DiskFixture } from './disk-fixture.ts';
import { folderTests } from './disk-folders.ts';
import { refusalTests } from './disk-refusals.ts';

export function diskContract(make: Make<DiskFixture>, options: SuiteOptions = {}): void {
  registerContract('the disk', make, options, { ...fileTests, ...folderTests, ...refusalTests });
}
