/** The beat of a client that runs as a service: signs of life for whoever watches it, and the pulse for the second starter. */
import { HoldfastError } from '@holdfast/contract';
import type { Boot, Clock, Folder, Supervisor } from '@holdfast/ports';
import type { LoopLife } from '../loop-life.ts';
import { awakeMoment } from './look.ts';
import { pulseEveryMs, writePulse } from './pulse.ts';

export type BeatOptions = {
  /** The state folder, open until the beat has ended. */
  readonly state: Folder;
  readonly version: string;
  readonly pid: number;
  /** Absent where nobody watches. */
  readonly supervisor: Pick<Supervisor, 'patienceMs' | 'alive' | 'status'> | undefined;
  /** Asked at each beat: a loop that is stuck is not counted alive. */
  readonly vital: () => LoopLife;
  readonly log: (text: string) => void;
};

/** Signs of life that the patience of the one who watches has room for: two may be late or lost. */
const beatsOfPatience = 3;

/** Beats until aborted; never rejects. It needs the event loop to turn, which is half of what it shows. */
export async function beat(
  ports: { readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>; readonly boot: Boot },
  { state, version, pid, supervisor, vital, log }: BeatOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = ports;
  const patienceMs = supervisor?.patienceMs ?? null;
  const everyMs = Math.min(pulseEveryMs, patienceMs === null ? pulseEveryMs : patienceMs / beatsOfPatience);
  const since = await awakeMoment(ports);
  let pulseDue = clock.monotonic();
  let trouble: string | null = null;

  const pulse = async () => {
    const { bootId, awakeMs } = await awakeMoment(ports);
    await writePulse(state, { bootId, sinceMs: since.awakeMs, awakeMs, wall: clock.now(), pid, version });
  };

  while (!signal.aborted) {
    const { stuck } = vital();
    if (stuck !== trouble) {
      trouble = stuck;
      supervisor?.status(stuck ?? 'works');
      if (stuck !== null) log(`It counts as dead: ${stuck}.`);
    }
    if (stuck === null) {
      supervisor?.alive();
      // Timers fire a little early or late: a beat that comes just before a minute is over is the one of that minute.
      if (clock.monotonic() >= pulseDue - everyMs / 2) {
        pulseDue = clock.monotonic() + pulseEveryMs;
        await pulse().catch((thrown: unknown) => {
          // A full disk is no death: the one who watches is told all the same.
          if (!(thrown instanceof HoldfastError)) throw thrown;
          log(`The pulse could not be written: ${thrown.message}`);
        });
      }
    }
    await clock.sleep(everyMs, signal).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
  }
}
