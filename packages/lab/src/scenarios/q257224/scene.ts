/** The machine of this story, its remote control agent, and who wants it. */
import type { Sessions } from '@holdfast/ports';
import type { RunningWindows, SimulatedWindows } from '../../windows/machine.ts';
import { systemFolder } from '../../windows/system.ts';
import { inVirtualTime } from '../../world/run.ts';
import { at } from '../field/managed-machine.ts';
import { usualBoot } from '../field/packages.ts';
import { minute } from '../field/times.ts';
import { differenceClause, differencesIn } from '../field/verified.ts';
import { remoteAgent, remoteControl } from '../kb829810/packages.ts';
import type { Call } from './world.ts';

export const packageFolder = 'C:\\WINNT\\MS\\SMS\\Core';
/** Of a service: started by nobody. */
export const disabled = 4;
/** A technician who gets no answer, from a machine that is starting say, tries once more. */
const patienceMs = 5 * minute;

export type Scene = {
  readonly windows: SimulatedWindows;
  /** The package that the client was installed from. */
  readonly packageBytes: Uint8Array;
  /** Windows as it runs now. */
  running(): RunningWindows;
  /** Technicians who control the machine now. */
  readonly sessions: Sessions;
  /** Calls that were not answered, or were cut off, in words. */
  readonly complaints: string[];
};

export type Client = {
  readonly name: string;
  readonly summary: string;
  /** Each time that Windows has started. */
  started(scene: Scene): Promise<void>;
  /** The verify cycle. */
  verify(scene: Scene): Promise<void>;
};

/** Starts Windows, and the client's work on it. */
export async function boot(windows: SimulatedWindows): Promise<RunningWindows> {
  return await inVirtualTime(windows.clock, () => windows.boot(usualBoot, {}));
}

/** Why remote control would not answer now; undefined where it would. */
async function whyNoAnswer({ running }: Scene): Promise<string | undefined> {
  const { files, services } = running().host;
  const agent = await services.get(remoteAgent);
  if (agent?.configuration.start === disabled) return 'the Remote Control agent is disabled';
  if (!agent?.running) return 'the Remote Control agent does not run';
  const there = (await files.stat(`${systemFolder}\\${remoteAgent}.exe`)) !== undefined;
  return there ? undefined : `${remoteAgent}.exe is missing`;
}

/** Why remote control is not as it was installed, byte for byte; undefined where it is. */
export async function whyNotWhole(scene: Scene): Promise<string | undefined> {
  const [first] = await differencesIn(scene.running().host, scene.packageBytes, remoteControl);
  return (await whyNoAnswer(scene)) ?? (first && differenceClause(first));
}

/** Whether the agent was stopped since then, were it for a second. */
function wasStopped({ windows }: Scene, since: number): boolean {
  return windows.timeline.events.some(
    ({ at: when, lane, text }) =>
      when >= since && lane === 'services' && text === 'SMS Remote Control Agent is stopped',
  );
}

/** Has a technician take the machine; the session holds as long as the agent and this start of Windows do. */
export function expectCall(scene: Scene, call: Call, live: Set<Call>): void {
  const { windows, complaints } = scene;
  const { clock, timeline } = windows;
  at(clock, call.at, () => void answer(true));

  async function answer(again: boolean): Promise<void> {
    const why = await whyNoAnswer(scene);
    if (why && again) {
      clock.schedule(patienceMs, () => void answer(false));
      return;
    }
    const nobody = `a technician calls twice, and nobody answers: ${why}`;
    timeline.tell('network', why ? nobody : 'a technician takes the machine');
    if (why) {
      complaints.push(`a technician could not take the machine: ${why}`);
      return;
    }
    const start = scene.running();
    live.add(call);
    const since = clock.elapsed();
    clock.schedule(call.lasts, () => void hangUp(start, since));
  }

  async function hangUp(start: RunningWindows, since: number): Promise<void> {
    live.delete(call);
    const cutOff = scene.running() === start && wasStopped(scene, since);
    timeline.tell(
      'network',
      cutOff ? 'the technician was cut off: the agent was stopped' : 'the technician is done',
    );
    if (cutOff) complaints.push('a technician was cut off: the agent was stopped');
  }
}
