/** Generated packages and cabinets, read as msiinfo, msiextract and cabextract read them; e2e/packages has hundreds. */
import { describe, it } from 'node:test';
import { compareGenerated } from './support/compare-generated.ts';
import { makers } from './support/generated.ts';
import { rawCount } from './support/generated-raw.ts';
import { lacking } from './support/oracle.ts';

const each = 6;

describe('generated packages', { skip: lacking }, () => {
  for (const maker of makers.keys()) {
    const count = maker === 'of hand-made bytes' ? rawCount : each;
    it(`${maker} are read as other tools read them`, () =>
      compareGenerated(
        maker,
        Array.from({ length: count }, (_, seed) => seed),
      ));
  }
});
