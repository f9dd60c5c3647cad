/** The rules for files, as a table: what is in the package, what is on the machine, the mode, and what follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideFile, type ExistingFile, type PackagedFile } from '../src/plan/files/decide.ts';
import { reinstallMode } from '../src/plan/modes.ts';

type Machine = {
  readonly version?: string;
  readonly languages?: readonly number[];
  readonly hash?: string;
  readonly created?: number;
  readonly modified?: number;
  readonly checksumHolds?: boolean;
};

function packaged(facts: Partial<PackagedFile> = {}): PackagedFile {
  return { size: 10, version: undefined, languages: undefined, hash: undefined, checked: false, ...facts };
}

function existing(facts: Machine): ExistingFile {
  const { version, languages = [] } = facts;
  return {
    size: 10,
    version: async () => (version === undefined ? undefined : { version, languages }),
    hash: async () => facts.hash,
    times: async () => ({ created: facts.created, modified: facts.modified ?? 0 }),
    checksumHolds: async () => facts.checksumHolds ?? true,
  };
}

/** "Replacing Existing Files": files A to J of its example, with the default mode. */
const published: readonly (readonly [name: string, Partial<PackagedFile>, Machine, 'keep' | 'replace'])[] = [
  ['A, equal', { version: '1.0', languages: '1033' }, { version: '1.0', languages: [1033] }, 'keep'],
  [
    'B, older in the package',
    { version: '1.0', languages: '1033' },
    { version: '2.0', languages: [1033] },
    'keep',
  ],
  [
    'C, newer in the package',
    { version: '2.0', languages: '1033' },
    { version: '1.0', languages: [1033] },
    'replace',
  ],
  [
    'D, newer, of another language',
    { version: '2.0', languages: '1031' },
    { version: '1.0', languages: [1033] },
    'replace',
  ],
  ['E, unversioned, not modified', {}, { created: 5, modified: 5 }, 'replace'],
  ['F, unversioned, modified', {}, { created: 5, modified: 9 }, 'keep'],
  [
    'G, equal, of another language',
    { version: '1.0', languages: '1031' },
    { version: '1.0', languages: [1033] },
    'replace',
  ],
  [
    'H, equal, of a language beside others',
    { version: '1.0', languages: '1031,1036' },
    { version: '1.0', languages: [1033, 1036] },
    'replace',
  ],
  [
    'I, equal, of more languages',
    { version: '1.0', languages: '1033,1031' },
    { version: '1.0', languages: [1033] },
    'replace',
  ],
  [
    'J, equal, of fewer languages',
    { version: '1.0', languages: '1033' },
    { version: '1.0', languages: [1031, 1033] },
    'keep',
  ],
];

for (const [name, file, machine, answer] of published) {
  test(`file ${name}: ${answer}`, async () => {
    assert.equal((await decideFile(packaged(file), existing(machine), reinstallMode(undefined))).do, answer);
  });
}

const v1 = { version: '1.0' };
const v2 = { version: '2.0' };
const one = { hash: 'one' };
const other = { hash: 'other' };
const untouched = { created: 5, modified: 5 };
const changed = { created: 5, modified: 9 };

/** `r` replaces, `k` keeps: for the modes p, o, e, d, c, a in this order. */
const table: readonly (readonly [name: string, Partial<PackagedFile>, Machine, string])[] = [
  ['a higher version', v2, v1, 'krrrkr'],
  ['an equal version', v1, v1, 'kkrkkr'],
  ['an equal version, written with fewer numbers', { version: '1' }, { version: '1.0.0.0' }, 'kkrkkr'],
  ['a lower version', v1, v2, 'kkkrkr'],
  ['a version over none', v1, {}, 'krrrkr'],
  ['none under a version', {}, v1, 'kkkrkr'],
  [
    'an equal version in one language more',
    { ...v1, languages: '1033,1031' },
    { ...v1, languages: [1033] },
    'krrrkr',
  ],
  ['an equal version that names a language first', { ...v1, languages: '1033' }, v1, 'krrrkr'],
  ['an equal version for any language', { ...v1, languages: '0' }, { ...v1, languages: [1033] }, 'kkrkkr'],
  ['an equal version without a language', v1, { ...v1, languages: [1033] }, 'kkrkkr'],
  ['the same hash', one, one, 'kkkkkr'],
  ['the same hash, modified', one, { ...one, ...changed }, 'kkkkkr'],
  ['another hash', one, { ...other, ...untouched }, 'krrrkr'],
  ['another hash, modified', one, { ...other, ...changed }, 'kkkrkr'],
  ['another hash, made after it was modified', one, { ...other, created: 9, modified: 5 }, 'krrrkr'],
  ['another hash, date of creation unknown', one, { ...other, modified: 5 }, 'krrrkr'],
  ['neither version nor hash', {}, untouched, 'krrrkr'],
  ['neither version nor hash, modified', {}, changed, 'kkkrkr'],
  ['a wrong checksum', { ...v1, checked: true }, { ...v1, checksumHolds: false }, 'kkrkrr'],
  ['a wrong checksum that nobody marked', v1, { ...v1, checksumHolds: false }, 'kkrkkr'],
];

for (const [name, file, machine, answers] of table) {
  test(`${name}: modes p o e d c a answer ${answers}`, async () => {
    const given: string[] = [];
    for (const letter of 'poedca') {
      const verdict = await decideFile(packaged(file), existing(machine), reinstallMode(letter));
      given.push(verdict.do.charAt(0));
      assert.ok(verdict.reason.length > 10, verdict.reason);
    }
    assert.equal(given.join(''), answers);
  });
}

test('a missing file is installed in every mode', async () => {
  for (const letter of 'poedca') {
    assert.deepEqual((await decideFile(packaged(), undefined, reinstallMode(letter))).rule, 'missing');
  }
});

test('of several letters each is heard: one that asks for the file is enough', async () => {
  const verdict = await decideFile(packaged(v1), existing(v1), reinstallMode('VEMUS'));
  assert.deepEqual([verdict.do, verdict.rule], ['replace', 'version-equal']);
  const kept = await decideFile(packaged(v1), existing(v2), reinstallMode('pvmus'));
  assert.deepEqual([kept.do, kept.rule], ['keep', 'mode']);
});

test('nothing is read that no rule needs', async () => {
  const forbidden = async (): Promise<never> => assert.fail('it was read');
  const blind: ExistingFile = {
    size: 10,
    version: forbidden,
    hash: forbidden,
    times: forbidden,
    checksumHolds: forbidden,
  };
  assert.equal((await decideFile(packaged(v1), blind, reinstallMode('amus'))).do, 'replace');
  assert.equal((await decideFile(packaged(v1), blind, reinstallMode('pmus'))).do, 'keep');
  // Another size is another hash.
  const unversioned: ExistingFile = {
    ...blind,
    size: 11,
    version: async () => undefined,
    times: async () => undefined,
  };
  assert.equal((await decideFile(packaged(one), unversioned, reinstallMode('omus'))).rule, 'hash-different');
});
