/** Every sample package, read here and by msiinfo: the same tables, streams and bytes of every export. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { bytesSource, openDatabase } from '@holdfast/msi';
import { missing, packages } from './support/corpus.ts';
import { compareDatabase } from './support/oracle.ts';

const skip = missing ?? false;

describe('sample packages', { skip, concurrency: 2 }, () => {
  for (const path of packages) {
    it(`${basename(path)} has the tables, exports and stream contents of msiinfo, in its order`, async () => {
      await compareDatabase(path, await openDatabase(bytesSource(readFileSync(path))));
    });
  }
});
