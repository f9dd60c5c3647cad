/** Group commit: what fails because of one item fails for that item alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import { groupCommit } from '../src/store/group-commit.ts';

test('an item that cannot be stored does not keep its neighbours from being stored', async () => {
  const stored: string[] = [];
  const group = groupCommit<string, string>({
    groupLimit: 10,
    queueLimit: 10,
    async commit(items) {
      if (items.includes('bad')) throw new RangeError('out of range');
      stored.push(...items);
      return items;
    },
  });
  const answers = await Promise.allSettled(['one', 'bad', 'two'].map((item) => group.add(item)));
  assert.deepEqual(
    answers.map((answer) => answer.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(stored, ['one', 'two']);
});

test('a failure of the database is told to all at once, and nothing is tried one by one', async () => {
  let commits = 0;
  const group = groupCommit<string, string>({
    groupLimit: 10,
    queueLimit: 10,
    async commit() {
      commits += 1;
      throw new HoldfastError('disk.full', 'The disk is full.');
    },
  });
  const answers = await Promise.allSettled(['one', 'two'].map((item) => group.add(item)));
  assert.ok(answers.every((answer) => answer.status === 'rejected'));
  assert.equal(commits, 1);
});
