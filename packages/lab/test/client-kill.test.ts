/** The client is killed at every single port call, and the machine goes down several times in a row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPath, readWhole, replaceFile } from '@holdfast/engine';
import { clientKilled, cutsInARow, everyCut } from '../src/crash/downfalls.ts';
import { deploymentFlow } from '../src/flows/deployment.ts';
import { simulatedMachine } from '../src/machine/machine.ts';
import { newTrace } from '../src/world/trace.ts';
import { noneOf } from './support/failures.ts';

const seed = 1;
/** With one more power cut at the end: what was told to the site must be durable. */
const flow = deploymentFlow({ lastCut: true });

test('a whole deployment survives a kill of the client at every single port call', async () => {
  const { failures } = await everyCut(flow, seed, (await flow(seed)).calls, clientKilled);
  noneOf(failures);
});

test('a client that was killed before it could write down its program never starts a second one beside it', async () => {
  for (let other = 1; other <= 3; other++) {
    const start = await callOfProgramStart(other);
    for (let call = start; call < start + 15; call++) {
      for (const when of ['before', 'after'] as const) {
        const { problems } = await flow(other, [{ ...clientKilled, when, call }]);
        assert.deepEqual(problems, [], `seed ${other}, ${when} call ${call}`);
      }
    }
  }
});

/** The flow with an installer that hangs in its first run; killed at a call, then a life for as long as it takes. */
async function hangingOnce(killedAt: number): Promise<{ runs: number; problems: readonly string[] }> {
  let runs = 0;
  const hangsOnce = deploymentFlow({
    prepare: ({ programs: { programs } }) => {
      const install = programs.get('install-tool');
      assert.ok(install !== undefined);
      programs.set('install-tool', async (run) => {
        if (++runs > 1) return await install(run);
        for (;;) await run.clock.sleep(1_000);
      });
    },
  });
  const killed = { ...clientKilled, when: 'after', call: killedAt } as const;
  // A life that comes to no such call goes on for longer than a program may run.
  const longLife = { ...clientKilled, call: Number.MAX_SAFE_INTEGER };
  const { problems } = await hangsOnce(seed, [killed, longLife]);
  return { runs, problems };
}

test('a program that hangs is ended by the next life of the client when its time is over, and run again', async () => {
  assert.deepEqual(await hangingOnce(await callOfProgramWrittenDown(seed)), { runs: 2, problems: [] });
});

test('what hangs under the mark of a program that was never written down is not ended, and at last not waited for', async () => {
  const { runs, problems } = await hangingOnce(await callOfProgramStart(seed));
  assert.equal(runs, 2);
  // The price of never ending what may be a service: the next try runs beside it.
  assert.deepEqual(problems, ['two programs ran at once']);
});

/** Number of the call that starts the installer. */
async function callOfProgramStart(ofSeed: number): Promise<number> {
  return await callAfter(ofSeed, 0, '"processes.start"');
}

/** Number of the call that makes durable which process the installer is. */
async function callOfProgramWrittenDown(ofSeed: number): Promise<number> {
  return await callAfter(ofSeed, await callOfProgramStart(ofSeed), '"file.sync"');
}

async function callAfter(ofSeed: number, call: number, sought: string): Promise<number> {
  const trace = newTrace(10_000);
  await flow(ofSeed, [], trace);
  const later = trace.lines().filter((told) => Number.parseInt(told, 10) > call);
  const line = later.find((told) => told.includes(sought));
  assert.ok(line !== undefined, `there is no ${sought}`);
  return Number.parseInt(line, 10);
}

test('a whole deployment survives several downfalls one after the other', async () => {
  const { failures } = await cutsInARow(flow, 100, (await flow(seed)).calls);
  noneOf(failures);
});

test('a folder that one life made and the next one used is there after a power cut', async () => {
  const content = Buffer.from('durable');
  let killed = true;
  for (let call = 1; killed; call++) {
    const machine = simulatedMachine(seed, { folders: ['/state'] });
    /** One life: makes what is missing, then a file in it. */
    const live = async (life: string) => {
      const start = await machine.ports(life).disk.open('/state');
      const folder = await openPath(start, ['a', 'b'], { create: true });
      await replaceFile(folder, 'file', content);
    };
    killed = false;
    const stopped = new Promise<void>((resolve) => {
      const action = () => {
        killed = true;
        machine.kill();
        resolve();
      };
      machine.stopAt({ call, when: 'after', action });
    });
    await Promise.race([live('killed'), stopped]);
    machine.stopAt(undefined);
    await live('survivor');
    machine.powerCut({ names: 'lost', contents: 'lost' });
    const start = await machine.ports('later').disk.open('/state');
    const folder = await openPath(start, ['a', 'b']);
    assert.deepEqual(Buffer.from(await readWhole(folder, 'file', 100)), content, `killed at call ${call}`);
  }
});
