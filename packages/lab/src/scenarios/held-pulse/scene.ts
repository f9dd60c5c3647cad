/** One machine with a client that beats while it runs, and a service manager that keeps it. */
import { beat } from '@holdfast/client';
import { withOpen } from '@holdfast/engine';
import { type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { noTrace } from '../../world/trace.ts';
import { at, newStage, type Stage } from '../field/managed-machine.ts';
import type { World } from './world.ts';

export const stateFolder = '/state';
export const installFolder = '/opt/holdfast-client';
export const clientVersion = '1.0.0';

export type Scene = {
  readonly stage: Stage;
  readonly machine: SimulatedMachine;
  /** Since when its client hangs; undefined while it lives. */
  hungSince(): number | undefined;
  /** What broke. */
  readonly problems: readonly string[];
};

export function heldPulseScene(world: World, random: Random): Scene {
  const stage = newStage();
  const { clock, timeline } = stage;
  const machine = simulatedMachine(random.stream('machine'), {
    clock,
    trace: noTrace,
    folders: [stateFolder],
  });
  const { starters, volume } = machine;
  const problems: string[] = [];
  let hungSince: number | undefined;
  let life = new AbortController();

  function live(): void {
    life = new AbortController();
    const { signal } = life;
    const ports = machine.ports('client');
    const log = (text: string) => timeline.tell('client', text);
    const vital = () => ({ passes: 1, stuck: null });
    withOpen(ports.disk.open(stateFolder), (state) =>
      beat(ports, { state, version: clientVersion, pid: 7, supervisor: undefined, vital, log }, signal),
    ).catch((thrown: unknown) => problems.push(`the beat broke: ${String(thrown)}`));
  }

  starters.onService((running) => {
    timeline.tell('services', running ? 'the client starts' : 'the client is ended');
    if (!running) {
      life.abort();
      if (hungSince === undefined) problems.push('a client that answers was ended');
      return;
    }
    hungSince = undefined;
    live();
  });
  live();

  at(clock, world.heldAtMs, () => {
    timeline.tell('services', `the pulse cannot be written from now on: ${world.why}`);
    volume.fault = (operation, path) =>
      path.startsWith(`${stateFolder}/pulse`) && operation !== 'read' ? world.why : undefined;
  });
  at(clock, world.heldAtMs + world.heldForMs, () => {
    timeline.tell('services', 'the pulse can be written again');
    volume.fault = () => undefined;
  });
  const { hangsAtMs } = world;
  if (hangsAtMs !== null) {
    at(clock, hangsAtMs, () => {
      timeline.tell('client', 'the main loop hangs, and nobody is answered');
      hungSince = clock.elapsed();
      life.abort();
      starters.set('service', { deaf: true });
    });
  }
  return { stage, machine, hungSince: () => hungSince, problems };
}
