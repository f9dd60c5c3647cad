/** The driver in use is named to others only while it is as its signed manifest says. */
import assert from 'node:assert/strict';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { activeDriver, settleDriver, wholeDriver } from '../src/components/index.ts';
import { installed } from './support/installed.ts';

const works = async () => ({ passed: true, text: 'it works' });
const damaged = (thrown: unknown) => isHoldfastError(thrown, 'component.damaged');

test('none is in use before one was laid out, and to ask leaves no trace', async (context) => {
  const { installation, state } = await installed(context);
  assert.equal(await wholeDriver(installation, 'screen'), undefined);
  assert.deepEqual(await readdir(state), []);
});

test('the one that was laid out is named, and refused when one byte more is in it', async (context) => {
  const { installation } = await installed(context);
  await settleDriver(installation, { component: 'screen', gates: [], selfTest: works });
  const driver = await wholeDriver(installation, 'screen');
  assert.ok(driver);
  assert.deepEqual(driver, await activeDriver(installation, 'screen'));
  await appendFile(join(driver.path, 'screen.mjs'), ' ');
  await assert.rejects(wholeDriver(installation, 'screen'), damaged);
});

test('one of another version than the client is refused: no manifest speaks for it', async (context) => {
  const { installation } = await installed(context);
  await settleDriver(installation, { component: 'screen', gates: [], selfTest: works });
  await assert.rejects(wholeDriver({ ...installation, version: '1.0.1' }, 'screen'), damaged);
});
