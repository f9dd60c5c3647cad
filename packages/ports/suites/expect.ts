/** What several suites look for. */
import assert from 'node:assert/strict';
import { type ErrorCode, isHoldfastError } from '@holdfast/contract';

/** The promise rejects with a HoldfastError of one of these codes; anything else fails with what came instead. */
export async function rejectsWith(promise: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<void> {
  const outcome = await promise.then(
    () => ({ thrown: undefined, resolved: true }),
    (thrown: unknown) => ({ thrown, resolved: false }),
  );
  assert.equal(outcome.resolved, false, `resolved, although ${codes.join(' or ')} was expected`);
  if (isHoldfastError(outcome.thrown, ...codes)) return;
  assert.fail(`expected ${codes.join(' or ')}, got ${describeThrown(outcome.thrown)}`);
}

function describeThrown(thrown: unknown): string {
  if (isHoldfastError(thrown)) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
