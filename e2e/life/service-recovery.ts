/**
 * Starts the client's service again some seconds after its process has ended, as the recovery actions of Windows do: Wine
 * keeps them and carries none out. For the run inside Wine, until it is ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { windowsMachine } from '@holdfast/machine';

const [installFolder = ''] = process.argv.slice(2);
/** Milliseconds between the end and the start, and between two looks. */
const restartMs = 5_000;
const lookMs = 500;
const { starters } = windowsMachine({ installFolder });
if (starters === undefined) throw new TypeError('Windows has services');

for (;;) {
  await sleep(lookMs);
  if ((await starters.look('service')).active) continue;
  await sleep(restartMs);
  if ((await starters.look('service')).active) continue;
  await starters.start('service').then(
    () => console.log('started'),
    (thrown: unknown) => console.log(`not started: ${String(thrown)}`),
  );
}
