/** What `npm start -- --once --json` promises, run as the program that it is. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../src/demo.ts', import.meta.url));
const skip =
  process.platform === 'win32' ? 'the sandbox client of the demonstration is for Linux and macOS' : false;

test('the demonstration deploys, verifies, breaks and repairs, and answers with one line', {
  skip,
}, async () => {
  const { stdout } = await run(process.execPath, [main, '--once', '--json']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 1);
  const { statusMessages, seconds, ...claims } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(claims, { deployed: true, verified: true, broken: true, repaired: true });
  assert.ok(statusMessages >= 6 && seconds > 0);
});

test('an option that does not exist is refused with its code', async () => {
  await assert.rejects(run(process.execPath, [main, '--json', '--twice']), (thrown: unknown) => {
    assert.ok(thrown instanceof Error && 'stderr' in thrown);
    assert.equal(JSON.parse(String(thrown.stderr)).error.code, 'command.invalid');
    return true;
  });
});
