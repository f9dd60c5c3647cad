/** Membership of a collection by its query. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientFacts } from '@holdfast/contract';
import fc from 'fast-check';
import { matches } from '../src/index.ts';

const facts: ClientFacts = {
  hostName: 'Desk-042',
  platform: 'windows',
  osName: 'Microsoft Windows 10',
  osVersion: '10.0.19045',
  architecture: 'x64',
  clientVersion: '0.1.0',
  bootId: 'b',
  osEpoch: 'e',
};

test('every clause must hold', () => {
  const windows = { attribute: 'platform', operator: 'equals', value: 'windows' } as const;
  const desks = { attribute: 'hostName', operator: 'starts-with', value: 'desk-' } as const;
  const other = { attribute: 'osName', operator: 'contains', value: 'server' } as const;
  assert.equal(matches({ all: [windows, desks] }, facts), true);
  assert.equal(matches({ all: [windows, desks, other] }, facts), false);
});

test('case is ignored on both sides', () => {
  assert.equal(
    matches({ all: [{ attribute: 'hostName', operator: 'equals', value: 'DESK-042' }] }, facts),
    true,
  );
});

test('not-equals is the opposite of equals for any value', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (actual, value) => {
      const clause = (operator: 'equals' | 'not-equals') =>
        matches({ all: [{ attribute: 'osName', operator, value }] }, { ...facts, osName: actual });
      assert.notEqual(clause('equals'), clause('not-equals'));
    }),
  );
});

test('an attribute is compared as text, never as a pattern', () => {
  const clause = { attribute: 'hostName', operator: 'contains', value: '.*' } as const;
  assert.equal(matches({ all: [clause] }, facts), false);
});
