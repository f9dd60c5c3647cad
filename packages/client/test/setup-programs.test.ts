/** What the bootstrap takes for the absence of a package manager, and what not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import type { Running } from '@holdfast/ports';
import { programRuns } from '../src/setup/programs.ts';

/** A machine on which every program ends so. */
const endsWith = (code: number | null) => ({
  start: async (): Promise<Running> => ({
    identity: { pid: 1, started: '1', bootId: 'boot' },
    exit: Promise.resolve({ code, output: '' }),
    kill: async () => undefined,
  }),
});
const start = async (): Promise<Running> => {
  throw new HoldfastError('process.not-found', 'There is none.');
};

test('a program is there when it answers, and not where it is missing or does not work', async () => {
  assert.equal(await programRuns(endsWith(0), '/state', 'dpkg'), true);
  assert.equal(await programRuns(endsWith(127), '/state', 'dpkg'), false);
  assert.equal(await programRuns({ start }, '/state', 'dpkg'), false);
});

test('a program that is killed before it answers is not taken for one that is missing', async () => {
  await assert.rejects(programRuns(endsWith(null), '/state', 'dpkg'), { code: 'system.not-ready' });
});
