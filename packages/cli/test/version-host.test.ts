/** The self-test of a version that is to be taken, in a process of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { versionHost } from '../src/client/version-host.ts';
import { thisMachine } from '../src/this-machine.ts';

describe('the self-test of a version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-version-'));
  const machine = thisMachine();
  const known = globalThis.holdfastLauncher;

  before(() => {
    mkdirSync(join(folder, 'core'));
    globalThis.holdfastLauncher = { interface: 1, fellBack: null, service: null };
  });
  after(() => {
    globalThis.holdfastLauncher = known;
    machine.close();
    rmSync(folder, { recursive: true });
  });

  async function tested(code: string) {
    writeFileSync(join(folder, 'core', 'holdfast-client.mjs'), code);
    const starters = { restart: async () => undefined };
    return await versionHost({ ...machine, starters }, folder)?.selfTest(folder);
  }

  it('is what it says in its answer, whatever was written before', async () => {
    const answer = JSON.stringify({ passed: true, text: 'all is well' }, null, 2);
    const code = `console.log('a library speaks'); console.log(${JSON.stringify(answer)});`;
    assert.deepEqual(await tested(code), { passed: true, text: 'all is well' });
  });

  it('has failed where it ends without an answer', async () => {
    const answer = await tested("console.log('{'); process.exit(3);");
    assert.equal(answer?.passed, false);
    assert.match(answer.text, /^it ended with exit code 3/);
  });

  it('says nothing of the version where it was ended from outside', async () => {
    const ended = tested("process.kill(process.pid, 'SIGKILL');");
    await assert.rejects(ended, (thrown) => isHoldfastError(thrown, 'system.failed'));
  });
});
