/** Asks the service manager of Windows for the client's service, as an administrator's program would: for the run inside Wine. */
import { setTimeout as sleep } from 'node:timers/promises';
import { windowsMachine } from '@holdfast/machine';
import type { Services } from '@holdfast/ports';

const [word = '', times = '1'] = process.argv.slice(2);
const name = 'HoldfastClient';
const { services } = windowsMachine();
if (services === undefined) throw new TypeError('Windows has services');

const began = performance.now();
if (word === 'start') await services.start(name);
if (word === 'stop') await services.stop(name);
const tookMs = Math.round(performance.now() - began);

/** Milliseconds of each answer to an interrogation; null where there was none. */
const answers: (number | null)[] = [];
for (let round = 0; word === 'ask' && round < Number(times); round += 1) {
  const asked = performance.now();
  const { ready } = await services.readiness(name);
  answers.push(ready ? Math.round(performance.now() - asked) : null);
  await sleep(100);
}

/** From the moment at which it does not run any more to that at which it does again. */
async function away(manager: Services): Promise<{ from: number; ms: number }> {
  const turnsTo = async (runs: boolean) => {
    while (((await manager.state(name)) === 'running') !== runs) await sleep(20);
    return Date.now();
  };
  const from = await turnsTo(false);
  return { from, ms: (await turnsTo(true)) - from };
}

const seen = word === 'away' ? await away(services) : undefined;
console.log(JSON.stringify({ state: (await services.state(name)) ?? null, tookMs, answers, away: seen }));
process.exit();
