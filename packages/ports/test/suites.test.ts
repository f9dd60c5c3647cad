/** The suites can fail: faulty adapters and faulty skips are found. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';

const suites = new URL('../suites/index.ts', import.meta.url).href;

/** Titles of the tests that fail when this source registers a suite, run in a Node of its own. */
async function failingTests(source: string): Promise<readonly string[]> {
  const program = `
    import { clockContract, entropyContract } from ${JSON.stringify(suites)};
    const cleanup = async () => {};
    const clock = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: async () => {},
    };
    const entropy = { bytes: (n) => new Uint8Array(n), integer: () => 0, uuid: () => 'not one' };
    ${source}`;
  // Without this variable gone, the inner run would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const words = ['--test-reporter=tap', '--input-type=module', '-e', program];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, words, { env }, (_failure, stdout) => resolve(stdout));
  });
  return [...output.matchAll(/^ +not ok \d+ - (.*)$/gm)].map(([, title = '']) => title);
}

test('a clock that does not wait is found', async () => {
  const failing = await failingTests('clockContract(async () => ({ clock, cleanup }));');
  assert.ok(failing.includes('a sleep lasts at least as long as asked'), failing.join('\n'));
  assert.ok(
    failing.includes('a sleep that is aborted rejects with the reason of its signal'),
    failing.join('\n'),
  );
});

test('chance that is none is found', async () => {
  const failing = await failingTests('entropyContract(async () => ({ entropy, cleanup }));');
  for (const title of ['every value of a byte is drawn', 'integers are spread evenly']) {
    assert.ok(failing.includes(title), failing.join('\n'));
  }
});

test('a skip without a reason, or of a test that is not there, fails', async () => {
  const unfounded = 'every skip names a test of this suite and says why';
  for (const skip of [
    { test: 'a sleep of nothing ends', reason: ' ' },
    { test: 'no such test', reason: 'because' },
  ]) {
    const options = JSON.stringify({ skip: [skip] });
    const failing = await failingTests(`clockContract(async () => ({ clock, cleanup }), ${options});`);
    assert.ok(failing.includes(unfounded), failing.join('\n'));
  }
});

test('a fixture is cleaned up after a test that failed', async () => {
  const failing = await failingTests(`
    let open = 0;
    process.on('exit', () => { if (open !== 0) console.log('    not ok 0 - left open'); });
    clockContract(async () => { open += 1; return { clock, cleanup: async () => { open -= 1; } }; });`);
  assert.ok(failing.length > 0);
  assert.ok(!failing.includes('left open'));
});
