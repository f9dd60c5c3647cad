/** The fuzzer of `npm run fuzz`: it bites, and a short run of it over everything here finds nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canaries } from '../../../fuzz/canaries.ts';
import { casesOf, keptCases } from '../../../fuzz/cases.ts';
import { targets } from '../../../fuzz/msi/targets.ts';
import { type FuzzReport, fuzz } from '../../../fuzz/run.ts';
import { wasRead } from '../../../fuzz/target.ts';

/** Of each target. */
const shortRun = 800;

function told({ found }: FuzzReport): string {
  return found.map(({ signature, what }) => `${signature}\n${what}`).join('\n');
}

describe('the fuzzer', () => {
  it('begins with inputs that are sound', async () => {
    for (const target of targets) {
      for (const [index, bytes] of target.sound.entries()) {
        assert.equal(await target.run(Uint8Array.from(bytes)), wasRead, `${target.name} ${index}`);
      }
    }
  });

  it('makes the same case of the same number for ever', () => {
    const kept = keptCases();
    for (const target of targets) {
      const [once, again] = [casesOf(target, 'a seed', kept), casesOf(target, 'a seed', kept)];
      again(3);
      for (const index of [0, 7]) assert.deepEqual(once(index), again(index), target.name);
    }
  });

  it('keeps only cases of targets that there are', () => {
    const names = new Set(targets.map(({ name }) => name));
    for (const { target, name } of keptCases()) assert.ok(names.has(target), `${target}/${name}`);
  });

  it('finds one fault of every kind: errors, broken promises, buffers, objects, hangs', async () => {
    const report = await fuzz({
      area: 'canaries',
      seed: '4',
      until: { cases: canaries.length * 6 },
      workers: 1,
    });
    const found = new Set(report.found.map(({ target }) => target));
    assert.deepEqual([...found].sort(), canaries.map(({ name }) => name).sort());
    assert.equal(report.cases, canaries.length * 6);
  });

  it('finds nothing in a short run over packages, transforms, products, cabinets, codecs, names and roots', async () => {
    const report = await fuzz({
      area: 'msi',
      seed: 'short',
      until: { cases: targets.length * shortRun },
      workers: 1,
    });
    assert.equal(report.findings, 0, told(report));
    assert.equal(report.cases, targets.length * shortRun + keptCases().length);
    for (const { name, outcomes } of report.targets) {
      assert.ok(
        (outcomes[wasRead] ?? 0) > shortRun / 100,
        `${name} is hardly ever read: ${JSON.stringify(outcomes)}`,
      );
    }
  });
});
