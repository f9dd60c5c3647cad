/** What starts the client of a simulated machine: in order at first, and whatever a scenario makes of it. */
import { HoldfastError } from '@holdfast/contract';
import type { StarterName, StarterState, Starters } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';

/** What can be changed behind a starter's back. */
export type SimulatedStarter = Omit<StarterState, 'reason'> & {
  /** It runs, and answers nobody. */
  readonly deaf: boolean;
};

export type StarterTable = {
  get(name: StarterName): SimulatedStarter;
  set(name: StarterName, change: Partial<SimulatedStarter>): void;
  /** Called when the service is started and when it is stopped: whoever plays the client. */
  onService(change: (running: boolean) => void): void;
  /** The machine starts again, and with it what is enabled. */
  restart(): void;
  port(calls: Calls, life: Life): Starters;
};

const inOrder: SimulatedStarter = {
  present: true,
  asDefined: true,
  enabled: true,
  active: true,
  deaf: false,
};
const gone: SimulatedStarter = {
  present: false,
  asDefined: false,
  enabled: false,
  active: false,
  deaf: false,
};

export function starterTable(): StarterTable {
  const states: Record<StarterName, SimulatedStarter> = { service: inOrder, second: inOrder };
  let serviceChanged: (running: boolean) => void = () => undefined;

  function set(name: StarterName, change: Partial<SimulatedStarter>): void {
    const before = states[name];
    states[name] = { ...before, ...change };
    if (name === 'service' && states[name].active !== before.active) serviceChanged(states[name].active);
  }

  /** One that is missing, or defined as something else, starts nothing. */
  function start(name: StarterName): void {
    if (!states[name].present || !states[name].asDefined) {
      throw new HoldfastError('system.failed', `The ${name} cannot be started: ${reasonOf(states[name])}.`);
    }
    if (!states[name].active) set(name, { active: true, deaf: false });
  }

  return {
    get: (name) => states[name],
    set,
    onService(change) {
      serviceChanged = change;
    },
    restart() {
      for (const name of ['service', 'second'] as const) {
        const { present, asDefined, enabled } = states[name];
        states[name] = { ...states[name], active: present && asDefined && enabled, deaf: false };
      }
    },
    port: (calls, life) => ({
      look: (name) =>
        calls.call(life, 'starters.look', [name], () => {
          const { deaf: _deaf, ...state } = states[name];
          return { ...state, reason: reasonOf(states[name]) };
        }),
      define: (name) =>
        calls.call(life, 'starters.define', [name], () =>
          set(name, { present: true, asDefined: true, enabled: true }),
        ),
      start: (name) => calls.call(life, 'starters.start', [name], () => start(name)),
      restart: () =>
        calls.call(life, 'starters.restart', [], () => {
          set('service', { active: false });
          start('service');
        }),
      stop: (name) => calls.call(life, 'starters.stop', [name], () => set(name, { active: false })),
      remove: (name) => calls.call(life, 'starters.remove', [name], () => set(name, gone)),
      answers: () =>
        calls.call(life, 'starters.answers', [], () => states.service.active && !states.service.deaf),
    }),
  };
}

function reasonOf({ present, asDefined, enabled, active }: SimulatedStarter): string {
  if (!present) return 'it is not there';
  const wrong = [
    asDefined ? '' : 'it is not as it was defined',
    enabled ? '' : 'it is disabled',
    active ? '' : 'it is stopped',
  ];
  return wrong.filter((words) => words !== '').join('; ');
}
