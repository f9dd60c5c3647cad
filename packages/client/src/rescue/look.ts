/** What the second starter looks at. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { openPath, withOpen } from '@holdfast/engine';
import type { Folder, MachinePorts, Readiness, StarterName, StarterState, Starters } from '@holdfast/ports';
import { type KeptPackage, keptPackage, packageDamage, packageFolder } from '../setup/installed.ts';
import type { Seen } from './decide.ts';
import { readPulse } from './pulse.ts';
import type { AwakeMoment } from './record.ts';

export type RescuePorts = Pick<
  MachinePorts,
  'clock' | 'disk' | 'boot' | 'installers' | 'network' | 'processes'
> & { readonly starters: Starters };

const isReady: Readiness = { ready: true };

export async function lookAtClient(ports: RescuePorts, state: Folder): Promise<Seen> {
  const { starters, boot, installers } = ports;
  return {
    ...(await awakeMoment(ports)),
    service: await lookAtStarter(starters, 'service'),
    second: await lookAtStarter(starters, 'second'),
    answers: await starters.answers().catch(noAnswer),
    pulse: (await readPulse(state)) ?? null,
    settled: (await boot.settled?.()) ?? isReady,
    idle: (await installers.idle?.()) ?? isReady,
    packageTrouble: await packageTrouble(state),
  };
}

/** Where nothing tells of sleep, what is counted is all time since the start. */
export async function awakeMoment({
  boot,
  clock,
}: Pick<RescuePorts, 'boot' | 'clock'>): Promise<AwakeMoment> {
  const awakeMs = (await boot.awake?.()) ?? (await boot.uptime?.()) ?? clock.monotonic();
  return { bootId: await boot.id(), awakeMs };
}

/** A starter that the system does not tell of is broken in a way that defining it may mend. */
async function lookAtStarter(starters: Starters, name: StarterName): Promise<StarterState> {
  try {
    return await starters.look(name);
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return { present: false, asDefined: false, enabled: false, active: false, reason: thrown.message };
  }
}

function noAnswer(thrown: unknown): boolean {
  if (thrown instanceof HoldfastError) return false;
  throw thrown;
}

/** What is wrong with the kept package at a first look, as a clause; it is looked at whole before it is used. */
async function packageTrouble(state: Folder): Promise<string | null> {
  const kept = await keptPackage(state);
  if (!kept) return 'no package is kept';
  const { name, size } = kept.package;
  const found = await withOpen(openPath(state, [packageFolder]), (folder) => folder.entry(name));
  return found?.size === size ? null : `${name} is missing or not whole`;
}

/** Length and hash are those that were written down when it was verified. */
export async function isWhole(state: Folder, kept: KeptPackage): Promise<boolean> {
  try {
    return (await packageDamage(state, kept.package)) === undefined;
  } catch (thrown) {
    if (isHoldfastError(thrown)) return false;
    throw thrown;
  }
}
