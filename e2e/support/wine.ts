/** A Windows for one test file: a folder, and a Wine prefix in it that goes when the tests have ended. */
import { join } from 'node:path';
import { after, before } from 'node:test';
import { makeWinePrefix, type WinePrefix } from '@holdfast/machine/wine';
import { temporaryFolder } from './folders.ts';

export type WineOfTests = {
  /** Path of a folder for what the tests make; the prefix is `prefix` in it. */
  readonly folder: string;
  /** There once the tests run. */
  readonly prefix: WinePrefix;
};

/** @param skip why the tests of this file are skipped: nothing is made then */
export function useWine(skip: string | false): WineOfTests {
  const folder = temporaryFolder();
  let prefix: WinePrefix | undefined;
  before(async () => {
    if (skip === false) prefix = await makeWinePrefix(join(folder.path, 'prefix'));
  });
  after(async () => {
    await prefix?.close();
    folder.remove();
  });
  return {
    folder: folder.path,
    get prefix() {
      if (prefix === undefined) throw new Error('the prefix is made before the first test');
      return prefix;
    },
  };
}
