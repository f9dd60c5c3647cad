/** `holdfast lab`: scenarios listed, one machine told, many counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdfast } from './support.ts';

test('the scenarios are listed with their profiles', async () => {
  const { code, out } = await holdfast(['lab', 'list', '--json']);
  assert.equal(code, 0);
  const [first] = JSON.parse(out).scenarios;
  assert.equal(first.name, 'kb829810');
  assert.deepEqual(
    first.profiles.map((one: { name: string }) => one.name),
    ['sms2003', 'holdfast', 'holdfast-ungated', 'engine', 'engine-ungated'],
  );
  assert.match((await holdfast(['lab', 'list'])).out, /--profile holdfast {2}the client, from its enrolment/);
});

test('one machine is told as a timeline that ends with its verdict', async () => {
  const { code, out } = await holdfast(['lab', 'run', 'kb829810', '--profile', 'holdfast', '--seed', '4']);
  assert.equal(code, 0);
  assert.match(out, /boot +services +protection +client/);
  assert.match(out, /The machine is not lost: the drivers for Windows XP are installed and verified\./);
});

test('many machines are counted', async () => {
  const { code, out } = await holdfast(['lab', 'run', 'kb829810', '--seeds', '5', '--json']);
  assert.equal(code, 0);
  const tally = JSON.parse(out);
  assert.equal(tally.scenario, 'kb829810');
  assert.equal(tally.profile, 'sms2003');
  assert.equal(tally.seeds, 5);
  assert.equal(tally.cured, tally.lost);
  assert.equal(tally.sharedPast, true);
  assert.ok(tally.machinesPerSecond > 0);
});

test('seeds that are split among threads are counted as one thread counts them', async () => {
  const tallies = [];
  for (const jobs of ['1', '2']) {
    const { code, out } = await holdfast([
      'lab',
      'run',
      'kb829810',
      '--from',
      '4',
      '--seeds',
      '7',
      '--jobs',
      jobs,
      '--json',
    ]);
    assert.equal(code, 0);
    const { machinesPerSecond, jobs: threads, ...tally } = JSON.parse(out);
    assert.ok(machinesPerSecond > 0);
    assert.equal(String(threads), jobs);
    tallies.push(tally);
  }
  const [alone, split] = tallies;
  assert.deepEqual(split, alone);
  assert.deepEqual([alone.from, alone.seeds, alone.firstLostSeed], [4, 7, 4]);
});

test('what is not there, and what contradicts itself, is refused', async () => {
  const unknown = await holdfast(['lab', 'run', 'kb1', '--json']);
  assert.deepEqual([unknown.code, JSON.parse(unknown.error).error.code], [1, 'not-found']);
  const nobody = await holdfast(['lab', 'run', 'kb829810', '--profile', 'nobody', '--json']);
  assert.deepEqual([nobody.code, JSON.parse(nobody.error).error.code], [1, 'not-found']);
  const both = await holdfast(['lab', 'run', 'kb829810', '--seed', '1', '--seeds', '2', '--json']);
  assert.deepEqual([both.code, JSON.parse(both.error).error.code], [1, 'request.invalid']);
});
