/** A deployment on a machine whose network or disk fails now and then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '@holdfast/contract';
import { clientKilled, type Interruption } from '../src/crash/downfalls.ts';
import { deploymentFlow } from '../src/flows/deployment.ts';
import type { SimulatedMachine } from '../src/machine/machine.ts';
import { htmlPage, type NetworkFault, overloaded } from '../src/site/network.ts';

const minute = 60_000;

const weather: readonly NetworkFault[] = [
  'unreachable',
  'answer-lost',
  htmlPage(),
  htmlPage(502),
  overloaded(20),
  { status: 0, headers: {}, body: [], after: 'silence' },
  { status: 200, headers: {}, body: [Buffer.from('{"a"')], after: 'cut' },
];

test('a network that fails every other request for a minute delays a deployment by less than five', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const flow = deploymentFlow({
      faulty: true,
      lastCut: true,
      prepare: ({ network, clock }, random) => {
        network.fault = () =>
          clock.elapsed() < minute && random.chance(1, 2) ? random.pick(weather) : undefined;
      },
    });
    const { problems, virtualMs } = await flow(seed);
    assert.deepEqual(problems, [], `seed ${seed}`);
    assert.ok(virtualMs < 6 * minute, `seed ${seed}: ${virtualMs} ms`);
  }
});

/** One failure at the call of this number of the client's own disk; what it hit, and what came of it. */
async function failOnce(code: ErrorCode, at: number, interruptions: readonly Interruption[] = []) {
  let count = 0;
  let hit: string | undefined;
  const flow = deploymentFlow({
    faulty: true,
    lastCut: true,
    prepare: ({ volume }) => {
      volume.fault = (operation, path) => {
        if (!path.startsWith('/state') || ++count !== at) return undefined;
        hit = `${operation} ${path}`;
        return code;
      };
    },
  });
  return { ...(await flow(1, interruptions)), hit };
}

const syncOfJournal = 'sync /state/client.journal';

/** A full disk is refused in the same places as a failing one: every third of them is enough. */
const sweeps = { 'disk.failed': 1, 'disk.full': 3 } as const;

for (const code of ['disk.failed', 'disk.full'] as const) {
  test(`one ${code} anywhere in the client's own folder is survived`, async () => {
    for (let at = 1; ; at += sweeps[code]) {
      const { hit, problems } = await failOnce(code, at);
      if (hit === undefined) {
        assert.ok(at > 100, `only ${at} disk calls`);
        return;
      }
      assert.deepEqual(problems, [], `seed 1, disk call ${at}: ${hit}`);
    }
  });
}

/** Every sync of the journal while nothing fails: which call of the client's own disk it is, and of the machine. */
async function syncsOfJournal(): Promise<{ at: number; call: number }[]> {
  const syncs: { at: number; call: number }[] = [];
  let at = 0;
  const prepare = ({ volume, callCount }: SimulatedMachine) => {
    volume.fault = (operation, path) => {
      if (!path.startsWith('/state')) return undefined;
      at++;
      if (`${operation} ${path}` === syncOfJournal) syncs.push({ at, call: callCount() });
      return undefined;
    };
  };
  await deploymentFlow({ prepare })(1);
  return syncs;
}

test('a failed sync of the journal is survived, also when the client is killed right after it', async () => {
  const syncs = await syncsOfJournal();
  assert.ok(syncs.length > 5, `only ${syncs.length} syncs of the journal`);
  for (const { at, call } of syncs) {
    const { hit, problems } = await failOnce('disk.failed', at, [{ ...clientKilled, call }]);
    assert.equal(hit, syncOfJournal);
    assert.deepEqual(problems, [], `seed 1, disk call ${at}, port call ${call}: ${hit}`);
  }
});
