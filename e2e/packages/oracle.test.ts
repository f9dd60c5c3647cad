/** Hundreds of generated packages and cabinets, read as msiinfo, msiextract and cabextract read them. */
import { describe, it } from 'node:test';
import { compareGenerated } from '../../packages/msi/test/support/compare-generated.ts';
import { makers } from '../../packages/msi/test/support/generated.ts';
import { lacking } from '../../packages/msi/test/support/oracle.ts';

/** Of each maker; with --full 700 in all. */
const each = process.env.HOLDFAST_FULL === '1' ? 100 : 15;
/** Not those that `npm test` has. */
const first = 100;

describe('generated packages', { skip: lacking }, () => {
  for (const maker of makers.keys()) {
    it(`${each} ${maker} are read as other tools read them`, () =>
      compareGenerated(
        maker,
        Array.from({ length: each }, (_, index) => first + index),
      ));
  }
});
