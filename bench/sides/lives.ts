/**
 * Lives of kb829810 under one profile: each line that it reads, `shared` or `unshared`, is answered with how many lives a
 * second were lived meanwhile, by the wall clock and by the CPU time of this thread.
 */
import { createInterface } from 'node:readline';
import { scenarios } from '@holdfast/lab';

const [profile = ''] = process.argv.slice(2);
const scenario = scenarios.find(({ name }) => name === 'kb829810');
if (scenario === undefined) throw new Error('There is no scenario kb829810.');

/** Milliseconds until the code is warm, and of one measurement. */
const warmUpMs = 5_000;
const measureMs = 30_000;

async function lives(unshared: boolean, forMs: number): Promise<number> {
  const began = performance.now();
  let seed = 0;
  while (performance.now() - began < forMs) {
    seed += 1;
    await scenario?.run(profile, seed, { unshared });
  }
  return seed;
}

console.log('{}');
for await (const line of createInterface({ input: process.stdin })) {
  const unshared = line === 'unshared';
  await lives(unshared, warmUpMs);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const count = await lives(unshared, measureMs);
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({ perSecond: count / seconds, perCpuSecond: (count * 1e6) / (used.user + used.system) }),
  );
}
