/** The services of systemd, through systemctl(1). */
import { HoldfastError } from '@holdfast/contract';
import type { Readiness, ServiceState, Services } from '@holdfast/ports';
import { type Answer, askProgram } from '../shared/ask-program.ts';
import { watchPlaces } from '../shared/folder-watch.ts';
import { type AskProgram, shownProperties } from './systemd.ts';

/** Milliseconds: units have 90 s to start (systemd.unit(5)) unless they say otherwise; many do. */
const jobTimeoutMs = 10 * 60_000;

/** systemd makes and removes an entry here with each run of a unit. */
const unitsFolder = '/run/systemd/units';

/** Suffixes of units; a name without one is that of a service. Source: systemd.unit(5). */
const unitSuffix = /\.(?:service|socket|target|mount|automount|path|timer|slice|scope|swap|device)$/;
/** No wildcards, no options, no paths. */
const plainName = /^[A-Za-z0-9_:@\\][A-Za-z0-9_:@\\.-]{0,254}$/;

/** What systemctl shows of one unit. */
export type Unit = {
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly frozen: boolean;
  readonly result: string;
};

/** Undefined for a unit that systemd does not have. */
export function unitOf(shown: string): Unit | undefined {
  const [properties] = shownProperties(shown);
  const of = (name: string) => properties?.get(name) ?? '';
  const load = of('LoadState');
  if (load === '' || load === 'not-found') return undefined;
  return {
    load,
    active: of('ActiveState'),
    sub: of('SubState'),
    frozen: of('FreezerState') === 'frozen',
    result: of('Result'),
  };
}

const states: Readonly<Record<string, ServiceState>> = {
  active: 'running',
  reloading: 'running',
  refreshing: 'running',
  activating: 'start-pending',
  deactivating: 'stop-pending',
};

export function stateOf({ active, frozen }: Unit): ServiceState {
  return frozen ? 'paused' : (states[active] ?? 'stopped');
}

/** Active is more than to run: a unit of type `notify` or `dbus` has said that it is ready. */
export function readinessOf(name: string, unit: Unit | undefined): Readiness {
  if (unit === undefined) {
    return { ready: false, reason: `there is no service ${name}`, evidence: { state: 'not-found' } };
  }
  if (stateOf(unit) === 'running') return { ready: true };
  const { active, sub, frozen, result } = unit;
  const words = frozen ? 'frozen' : active === sub ? active : `${active} (${sub})`;
  const failed = result !== '' && result !== 'success';
  return {
    ready: false,
    reason: `the service ${name} is ${words}`,
    evidence: { state: active, sub, ...(failed ? { result } : {}) },
  };
}

export function linuxServices(ask: AskProgram = askProgram): Services {
  async function unit(name: string): Promise<Unit | undefined> {
    const asked = unitName(name);
    if (asked === undefined) return undefined;
    return unitOf(await shown(asked, 'LoadState,ActiveState,SubState,FreezerState,Result'));
  }

  async function shown(asked: string, properties: string): Promise<string> {
    const answer = await ask('systemctl', ['show', `--property=${properties}`, '--', asked]);
    if (answer?.code !== 0) throw refusal(`systemd does not tell of ${asked}`, answer);
    return answer.output;
  }

  async function job(verb: 'start' | 'stop' | 'enable' | 'disable', name: string): Promise<void> {
    const known = await unit(name);
    if (known === undefined) {
      throw new HoldfastError('system.failed', `There is no service ${name}.`, {
        details: { service: name },
      });
    }
    const answer = await ask('systemctl', [verb, '--', unitName(name) ?? name], jobTimeoutMs);
    if (answer?.code !== 0) throw refusal(`systemd could not ${verb} ${name}`, answer);
  }

  return {
    async state(name) {
      const found = await unit(name);
      return found && stateOf(found);
    },
    readiness: async (name) => readinessOf(name, await unit(name)),
    start: (name) => job('start', name),
    stop: (name) => job('stop', name),
    async automatic(name) {
      const asked = unitName(name);
      if (asked === undefined || (await unit(name)) === undefined) return undefined;
      const [properties] = shownProperties(await shown(asked, 'UnitFileState'));
      return properties?.get('UnitFileState') === 'enabled';
    },
    setAutomatic: (name, automatic) => job(automatic ? 'enable' : 'disable', name),
    watch: watchPlaces([unitsFolder]),
  };
}

/** Undefined for what is no name of a unit. */
function unitName(name: string): string | undefined {
  if (!plainName.test(name)) return undefined;
  return unitSuffix.test(name) ? name : `${name}.service`;
}

function refusal(happened: string, answer: Answer | undefined): HoldfastError {
  const said = answer?.error.trim().split('\n', 1).join('') ?? 'systemctl is missing';
  return new HoldfastError('system.failed', `${happened}: ${said === '' ? 'it does not say why' : said}`, {
    details: { exitCode: answer?.code ?? -1 },
  });
}
