/**
 * What chance decides about one machine that goes from Debian 11 to 12, drawn before anybody acts. How long the package
 * manager is at work after the first start is chosen, not measured: most starts are quiet, some are not.
 */
import type { Random } from '../../world/random.ts';
import { between, hour, minute, second } from '../field/times.ts';

export type Pressure = 'quiet' | 'busy' | 'overloaded';

/** Milliseconds, all of them. */
export type World = {
  /** How busy the first start on Debian 12 is. */
  readonly pressure: Pressure;
  /** apt's work on the machine as Debian 11, before each package. */
  readonly upgradeStepMs: number;
  readonly kernelMs: number;
  /** From the start until everything that starts with the machine has started. */
  readonly settledMs: number;
  /** From the start until the automatic upgrades begin, and how long they take before each package. */
  readonly automaticAfterMs: number;
  readonly automaticStepMs: number;
  /** What a client does after its start before it looks at its packages. */
  readonly clientWorkMs: number;
  /** The power goes so long after the first start; null = it stays. */
  readonly powerCutAfterMs: number | null;
  /** Somebody restarts the machine so long after the first start. */
  readonly restartAfterMs: number;
};

/** Of a hundred starts after an upgrade. */
const pressures: readonly Pressure[] = [
  ...Array<Pressure>(80).fill('quiet'),
  ...Array<Pressure>(15).fill('busy'),
  ...Array<Pressure>(5).fill('overloaded'),
];

type Load = {
  readonly slower: number;
  readonly begins: readonly [least: number, most: number];
  /** Of one package. */
  readonly takes: readonly [least: number, most: number];
};

/** apt-daily-upgrade.timer catches up on a run that was missed soon after a start (Persistent=true, systemd.timer(5)). */
const loads: Readonly<Record<Pressure, Load>> = {
  quiet: { slower: 1, begins: [5 * minute, 40 * minute], takes: [5 * second, 30 * second] },
  busy: { slower: 3, begins: [0, 30 * second], takes: [minute, 8 * minute] },
  overloaded: { slower: 8, begins: [0, 10 * second], takes: [10 * minute, hour] },
};

export function drawWorld(random: Random): World {
  const pressure = random.pick(pressures);
  const { slower, begins, takes } = loads[pressure];
  return {
    pressure,
    upgradeStepMs: between(random, 30 * second, 4 * minute),
    kernelMs: between(random, 5 * second, 20 * second),
    settledMs: between(random, 20 * second, 40 * second) * slower,
    automaticAfterMs: between(random, ...begins),
    automaticStepMs: between(random, ...takes),
    clientWorkMs: between(random, 2 * second, 15 * second) * Math.min(slower, 3),
    powerCutAfterMs: random.chance(1, 10) ? between(random, 5 * second, 20 * minute) : null,
    restartAfterMs: between(random, 4 * hour, 20 * hour),
  };
}
