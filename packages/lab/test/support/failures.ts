/** What tests say of downfalls that a flow did not survive. */
import assert from 'node:assert/strict';
import { describeFailure, type Failure } from '../../src/crash/downfalls.ts';

/** Milliseconds of virtual time in which all is well again after the last fault. */
export const healingMs = 5 * 60_000;

export function noneOf(failures: readonly Failure[]): void {
  const shown = failures.slice(0, 10).map(describeFailure);
  assert.equal(failures.length, 0, `${failures.length} cuts do not converge:\n${shown.join('\n')}`);
}
