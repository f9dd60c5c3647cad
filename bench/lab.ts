/** The lab: lives of kb829810 a second on one core, going on from a shared past, and each with its own. */
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import { startSide } from './measure.ts';

const side = join(import.meta.dirname, 'sides/lives.ts');
/** As the threads of `holdfast lab run --jobs` have it: a life's objects die with it. */
const nodeFlags = ['--max-semi-space-size=64'];
const profiles = ['sms2003', 'holdfast', 'holdfast-ungated'];

type Speed = { readonly perSecond: number; readonly perCpuSecond: number };

async function figureOf(profile: string): Promise<Figure> {
  const lives = await startSide(0, process.execPath, [...nodeFlags, side, profile]);
  try {
    const shared = JSON.parse(await lives.send('shared')) as Speed;
    const unshared = JSON.parse(await lives.send('unshared')) as Speed;
    return {
      name: `lab: lives of kb829810 a second on one core, ${profile}`,
      value: shared.perSecond,
      unit: 'a second',
      target: { atLeast: 500 },
      sides: {
        'shared past': shared.perSecond,
        'per second of CPU': shared.perCpuSecond,
        'past of its own': unshared.perSecond,
        'past of its own per second of CPU': unshared.perCpuSecond,
      },
    };
  } finally {
    await lives.stop();
  }
}

export async function lab(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  // One after the other: side by side they would share what a core has.
  for (const profile of profiles) figures.push(await figureOf(profile));
  return figures;
}
