/**
 * What chance decides about one machine of KB829810, drawn before anybody acts: the same seed makes the same world for
 * every profile. The article gives no times; those here are chosen so that most boots are quiet, as it says, and some
 * are not.
 */
import { createHash } from 'node:crypto';
import type { BootTimes } from '../../windows/machine.ts';
import { systemServices } from '../../windows/system.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import { type ClientPackages, clientService, remoteAgent } from './packages.ts';

export type Pressure = 'quiet' | 'busy' | 'overloaded';

/** Milliseconds, all of them. */
export type World = {
  /** How busy the first boot after the upgrade is. */
  readonly pressure: Pressure;
  readonly firstBoot: BootTimes;
  /** Somebody restarts the machine so long after the first boot. */
  readonly restartAfterMs: number;
  readonly secondBoot: BootTimes;
  /** What the client does after its start, before it looks at its drivers. */
  readonly clientWorkMs: number;
  /** What the installer takes before it comes to the protected files. */
  readonly installerMs: number;
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** From a time up to another, in milliseconds. */
function between(random: Random, least: number, most: number): number {
  return least + random.integer(most - least + 1);
}

/** Of a hundred boots after an upgrade. */
const pressures: readonly Pressure[] = [
  ...Array<Pressure>(75).fill('quiet'),
  ...Array<Pressure>(18).fill('busy'),
  ...Array<Pressure>(7).fill('overloaded'),
];

/** From the end of the kernel's start until protection serves, its scan included; and what slows services down. */
const loads: Readonly<
  Record<Pressure, { readonly least: number; readonly most: number; readonly slower: number }>
> = {
  quiet: { least: 3 * second, most: 20 * second, slower: 1 },
  busy: { least: 15 * second, most: 4 * minute, slower: 3 },
  overloaded: { least: 10 * minute, most: 3 * hour, slower: 8 },
};

function bootTimes(random: Random, pressure: Pressure): BootTimes {
  const { least, most, slower } = loads[pressure];
  const kernelMs = between(random, 15 * second, 30 * second) * Math.min(slower, 3);
  const protectionMs = between(random, least, most);
  const services: Record<string, number> = {};
  for (const { name } of systemServices) services[name] = between(random, second / 5, 4 * second) * slower;
  for (const name of [clientService, remoteAgent]) {
    // The client of all profiles answers the service manager in time, however busy the machine is.
    services[name] = Math.min(between(random, second / 5, 3 * second) * slower, 25 * second);
  }
  // What the client stands on answers in time, too: this scenario is about what comes after.
  for (const name of ['RpcSs', 'winmgmt']) services[name] = Math.min(services[name] ?? 0, 25 * second);
  return { kernelMs, protectionMs, services };
}

export function drawWorld(seed: number | string): World {
  const random = randomFrom(seed).stream('world');
  const pressure = random.pick(pressures);
  return {
    pressure,
    firstBoot: bootTimes(random.stream('first boot'), pressure),
    restartAfterMs: between(random, hour, 20 * hour),
    secondBoot: bootTimes(random.stream('second boot'), 'quiet'),
    clientWorkMs: between(random, 2 * second, 15 * second),
    installerMs: between(random, 2 * second, 10 * second),
  };
}

/** One hash of all that a profile finds: times, and the bytes of the packages. */
export function worldHash(world: World, { hash }: ClientPackages): string {
  return createHash('sha256').update(JSON.stringify(world)).update(hash).digest('hex');
}
