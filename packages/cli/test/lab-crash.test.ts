/** `holdfast lab crash`: counted, told, and a no where a promise is broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdfast } from './support.ts';

const crash = ['lab', 'crash'];

test('two flows are cut off and counted', async () => {
  const { code, out, error } = await holdfast([
    ...[...crash, 'journal-compaction', 'msi-uninstall', '--seeds', '2', '--stride', '19', '--json'],
  ]);
  const { states, broken, flows } = JSON.parse(out);
  assert.deepEqual([code, error, broken], [0, '', 0]);
  const [journal, removal] = flows;
  assert.deepEqual([flows.length, journal.flow, journal.seeds], [2, 'journal-compaction', 2]);
  assert.ok(journal.cuts > 20 && removal.secondCuts > 0 && removal.states > 20);
  assert.equal(states, journal.states + removal.states);
});

test('a broken promise is a no, with the command that tells it', async () => {
  const spoilt = ['--stride', '5', '--careless', 'never-syncs'];
  const { code, out } = await holdfast([...crash, 'journal-compaction', ...spoilt, '--json']);
  assert.equal(code, 1);
  const { command, problems } = JSON.parse(out).flows[0].brokenPromises[0];
  const [program, ...words] = command.split(' ');
  assert.equal(program, 'holdfast');
  const told = await holdfast(words);
  assert.equal(told.code, 1);
  assert.match(told.out, /is cut off before call \d+: /);
  assert.ok(told.out.includes(`BROKEN:\n${problems[0]}`), told.out);
});

test('one cut that harms nothing is told', async () => {
  const { code, out } = await holdfast([
    ...[...crash, 'policy-apply', '--seed', '2', '--at', '9', '--way', 'all-lost'],
    ...['--again-at', '3', '--again-way', 'killed'],
  ]);
  assert.equal(code, 0);
  assert.match(out, /Its recovery is cut off before call 3: [\s\S]*Everything is as promised\.\n$/);
});

test('what is not there, and half a question, are refused', async () => {
  const refusals: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [['teapot'], /There is no flow "teapot"; there are: program-install, /],
    [['journal-compaction', '--careless', 'very'], /There is no way to be careless "very"/],
    [['journal-compaction', '--at', '3'], /give --seed, --at and --way/],
    [['journal-compaction', '--seed', '1', '--at', '3', '--way', 'killed', '--again-at', '1'], /--again-way/],
    [['all', '--seed', '1', '--at', '3', '--way', 'killed'], /One cut is of one flow/],
    [['journal-compaction', '--seed', '1', '--at', '90000', '--way', 'killed'], /no call 90000/],
  ];
  for (const [words, says] of refusals) {
    const { code, error } = await holdfast([...crash, ...words]);
    assert.notEqual(code, 0, words.join(' '));
    assert.match(error, says);
  }
});
