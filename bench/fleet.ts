/** A simulated day of thousands of real clients, by `holdfast lab fleet` on two threads. `FLEET_CLIENTS=1000` for a tenth. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figure } from './figure.ts';

const clients = Number(process.env.FLEET_CLIENTS ?? 10_000);

/** What is asked of 10,000 clients, and so in proportion of fewer. Seconds. */
const mostSeconds = (300 * clients) / 10_000;

type Answer = Readonly<
  Record<'seconds' | 'cpuSeconds' | 'notReached' | 'checkIns' | 'messages' | 'peakMemory', number>
>;

export async function fleet(): Promise<readonly Figure[]> {
  const program = join(import.meta.dirname, '../packages/cli/bin/holdfast.mjs');
  const words = ['lab', 'fleet', '--clients', String(clients), '--hours', '24', '--jobs', '2', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...words]);
  const { seconds, notReached, ...sides }: Answer = JSON.parse(stdout);
  const { cpuSeconds, checkIns, messages, peakMemory } = sides;
  return [
    {
      name: `fleet: ${clients} real clients through a simulated day on two threads`,
      value: seconds,
      unit: 's',
      target: { atMost: mostSeconds },
      sides: { cpuSeconds, checkIns, messages, peakMemory },
    },
    {
      name: 'fleet: clients that did not reach their goal',
      value: notReached,
      unit: 'clients',
      target: { atMost: 0 },
      sides: { clients },
    },
  ];
}
