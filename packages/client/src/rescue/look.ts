/** What the second starter looks at. */
import { HoldfastError } from '@holdfast/contract';
import type { Folder, Readiness, StarterName, StarterState, Starters } from '@holdfast/ports';
import { readTrial, withVersions } from '../versions/record.ts';
import type { Seen } from './decide.ts';
import type { RescuePorts } from './ports.ts';
import { readPulse } from './pulse.ts';
import type { AwakeMoment } from './record.ts';
import { lookAtSource, type RescueClient } from './source.ts';

const isReady: Readiness = { ready: true };

export async function lookAtClient(ports: RescuePorts, state: Folder, client: RescueClient): Promise<Seen> {
  const { starters, boot, installers } = ports;
  return {
    ...(await awakeMoment(ports)),
    service: await lookAtStarter(starters, 'service'),
    second: await lookAtStarter(starters, 'second'),
    answers: await starters.answers().catch(noAnswer),
    pulse: (await readPulse(state)) ?? null,
    trial: (await withVersions(state, readTrial))?.upgradeId ?? null,
    settled: (await boot.settled?.()) ?? isReady,
    idle: (await installers.idle?.()) ?? isReady,
    ...(await lookAtSource(ports, state, client)),
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
