/** A screen driver is loaded, checked and spoken with whatever it is; only one that reads whole pictures passes its test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import type { Frame, Screen } from '@holdfast/ports';
import { rejectsWith } from '@holdfast/ports/suites';
import { openDriver, screenSelfTest, screenSelfTestApart } from '../src/index.ts';

const host = { packagesOf: import.meta.url };
const size = { width: 4, height: 3 };
const frame = (changes: Partial<Frame> = {}): Frame => ({ ...size, pixels: new Uint8Array(48), ...changes });

/** Never over within a test. */
const clock = {
  sleep: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
};

const command = { program: 'holdfast-client', arguments: ['screen', 'test', '--json'], folder: '/' };
const identity = { pid: 1, started: '1', bootId: 'a' };

/** A program that prints this and ends. */
const endingWith = (output: string) => ({
  start: async () => ({ identity, exit: Promise.resolve({ code: 1, output }), kill: async () => undefined }),
});

function screenOf(changes: Partial<Screen> = {}): Screen & { closed: number } {
  return {
    closed: 0,
    display: async () => ({ name: ':0', ...size }),
    capture: async () => frame(),
    close() {
      this.closed += 1;
    },
    ...changes,
  };
}

test('a whole picture passes, is handed to who wants to see it, and is not in the result', async () => {
  const screen = screenOf();
  const seen: Frame[] = [];
  const result = await screenSelfTest(screen, { clock, seen: (picture) => seen.push(picture) });
  assert.deepEqual(result, {
    outcome: 'captured',
    passed: true,
    text: 'One picture of :0, 4 by 3 pixels, was read.',
    display: { name: ':0', ...size },
  });
  assert.deepEqual(seen, [frame()]);
  assert.equal(screen.closed, 1);
});

test('a picture of another size or length than its screen fails', async () => {
  for (const wrong of [
    { width: 3 },
    { height: 0 },
    { pixels: new Uint8Array(47) },
    { pixels: new Uint8Array() },
  ]) {
    const screen = screenOf({ capture: async () => frame(wrong) });
    const shown: Frame[] = [];
    const seen = (picture: Frame) => shown.push(picture);
    const { outcome, passed, display } = await screenSelfTest(screen, { clock, seen });
    assert.deepEqual(shown, [], 'a picture that is none is shown to nobody');
    assert.deepEqual({ outcome, passed, display }, { outcome: 'failed', passed: false, display: undefined });
    assert.equal(screen.closed, 1);
  }
});

test('a screen that is turned just then passes with its next picture', async () => {
  const pictures = [frame({ width: 3, height: 4 }), frame()];
  const screen = screenOf({ capture: async () => pictures.shift() ?? frame() });
  assert.equal((await screenSelfTest(screen, { clock })).outcome, 'captured');
});

test('a picture without a screen fails, whatever its driver cannot do fails, and its end does no harm', async () => {
  const broken = async () => {
    throw new Error('no library');
  };
  const screens: Partial<Screen>[] = [
    { display: async () => undefined },
    { display: broken },
    { capture: broken },
    {
      capture: broken,
      close: () => {
        throw new Error('no end either');
      },
    },
  ];
  for (const changes of screens) {
    assert.equal((await screenSelfTest(screenOf(changes), { clock })).passed, false);
  }
});

test('a driver that hangs has failed when the time is over', async () => {
  const screen = screenOf({ capture: () => new Promise<Frame>(() => undefined) });
  const { outcome, text } = await screenSelfTest(screen, {
    clock: { sleep: async () => undefined },
    limitMs: 7000,
  });
  assert.deepEqual(
    { outcome, text },
    { outcome: 'failed', text: 'The screen driver did not answer within 7 s.' },
  );
  assert.equal(screen.closed, 1, 'what it holds is given back');
});

test('only a module with a driver of this interface is one', async () => {
  const open = () => screenOf();
  const modules: unknown[] = [
    undefined,
    null,
    'driver',
    {},
    { driver: null },
    { driver: { open } },
    { driver: { interface: 2, open } },
    { driver: { interface: 1 } },
    { driver: { interface: 1, open: 'open' } },
  ];
  for (const module of modules) {
    await rejectsWith(
      openDriver(async () => module, '/driver.mjs', host),
      'component.damaged',
    );
  }
  const load = async (path: string) => {
    throw new SyntaxError(`${path} is cut off`);
  };
  await assert.rejects(openDriver(load, '/driver.mjs', host), /does not load: \/driver.mjs is cut off/);
  const failing = { driver: { interface: 1, open: () => assert.fail('it does not open') } };
  await rejectsWith(
    openDriver(async () => failing, '/driver.mjs', host),
    'component.damaged',
  );
});

test('errors of a driver, which has a class of its own for them, become those of the client', async () => {
  const foreign = (code: string) => Object.assign(new Error(`it is ${code}`), { code });
  const codeOf = async (thrown: unknown) => {
    const driver = {
      interface: 1,
      open: () => screenOf({ capture: () => Promise.reject(thrown) }),
    };
    const screen = await openDriver(async () => ({ driver }), '/driver.mjs', host);
    return await screen.capture().then(
      () => 'nothing thrown',
      (seen: unknown) => (isHoldfastError(seen) ? `${seen.code}: ${seen.message}` : 'no coded error'),
    );
  };
  assert.equal(await codeOf(foreign('screen.none')), 'screen.none: it is screen.none');
  assert.equal(await codeOf(foreign('of a later catalogue')), 'screen.failed: it is of a later catalogue');
  assert.equal(await codeOf('a word'), 'screen.failed: a word');
});

test('the answer of a test apart is found among what libraries print, and one that is none has failed', async () => {
  const passed = {
    outcome: 'no-screen',
    passed: true,
    text: 'There is no screen here.',
    driver: '/screen.mjs',
  };
  const outputs: Readonly<Record<string, string>> = {
    [JSON.stringify(passed, null, 2)]: 'no-screen',
    [`{\nnoise\n}\n${JSON.stringify(passed, null, 2)}\nMore noise`]: 'no-screen',
    [JSON.stringify({ ...passed, outcome: 'a later word' }, null, 2)]: 'failed',
    [JSON.stringify({ ...passed, outcome: 'failed' }, null, 2)]: 'failed',
    [JSON.stringify(passed, null, 2).slice(0, -10)]: 'failed',
    '': 'failed',
  };
  for (const [output, outcome] of Object.entries(outputs)) {
    const result = await screenSelfTestApart({ processes: endingWith(output), clock }, command);
    assert.deepEqual([result.outcome, result.passed], [outcome, outcome !== 'failed'], output);
  }
});

test('a test apart that hangs is ended, and one that does not start has failed', async () => {
  const ended = Promise.withResolvers<{ code: null; output: string }>();
  const kill = async () => ended.resolve({ code: null, output: '' });
  const hanging = { start: async () => ({ identity, exit: ended.promise, kill }) };
  const now = { sleep: async () => undefined };
  assert.equal((await screenSelfTestApart({ processes: hanging, clock: now }, command)).passed, false);
  const missing = { start: () => Promise.reject(new Error('no such program')) };
  const result = await screenSelfTestApart({ processes: missing, clock }, command);
  assert.deepEqual(result, { outcome: 'failed', passed: false, text: 'no such program' });
});
