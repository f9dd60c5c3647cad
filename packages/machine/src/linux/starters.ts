/** What starts the client under systemd: its service, and the timer of the second starter. */
import { HoldfastError } from '@holdfast/contract';
import type { StarterName, Starters } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { clientUnit, rescueTimer, rescueUnit, unitTexts } from './client-units.ts';
import type { AskProgram } from './systemd.ts';
import { openUnitFiles, type UnitFolders } from './unit-files.ts';
import { combined, lookAtUnit, showUnit, systemctl, type UnitDefinition } from './unit-look.ts';

export type StartersOptions = {
  /** By the name of the unit; those of the client's package unless given. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly units?: Readonly<Record<StarterName, readonly string[]>>;
  readonly folders?: UnitFolders;
  readonly ask?: AskProgram;
};

/** The first of each is what is enabled, started and stopped; the others belong to it. */
const usualUnits: Readonly<Record<StarterName, readonly string[]>> = {
  service: [clientUnit],
  second: [rescueTimer, rescueUnit],
};

/** Milliseconds: the units have up to five minutes to start. */
const jobTimeoutMs = 6 * 60_000;

export function linuxStarters(options: StartersOptions = {}): Starters {
  const { texts = unitTexts(), units = usualUnits, ask = askProgram } = options;
  const files = openUnitFiles(options.folders);
  const call = (words: readonly string[], timeoutMs?: number) => systemctl(ask, words, timeoutMs);

  const definitions = (name: StarterName): readonly UnitDefinition[] =>
    units[name].map((unit, index) => ({ unit, text: texts[unit] ?? '', leads: index === 0 }));
  const leader = (name: StarterName) => units[name][0] ?? '';

  const look = async (name: StarterName) =>
    combined(await Promise.all(definitions(name).map((definition) => lookAtUnit(ask, definition))));

  /** Whatever stands between a unit and its definition is taken away; masks, shadows and drop-ins that change the command. */
  async function mend(definition: UnitDefinition): Promise<void> {
    const { unit, text } = definition;
    await files.unshadow(unit, text);
    await files.restore(unit, text);
    await call(['daemon-reload']);
    const { changedBy } = await lookAtUnit(ask, definition);
    for (const path of changedBy) await files.putAside(path);
    if (changedBy.length > 0) await call(['daemon-reload']);
  }

  return {
    look,
    async define(name) {
      for (const definition of definitions(name)) {
        const state = await lookAtUnit(ask, definition);
        if (!state.present || !state.asDefined) await mend(definition);
      }
      if (!(await look(name)).enabled) await call(['enable', '--', leader(name)]);
      const { present, asDefined, enabled, reason } = await look(name);
      if (!present || !asDefined || !enabled) {
        throw new HoldfastError('system.failed', `${leader(name)} is still not as defined: ${reason}.`);
      }
    },
    async start(name) {
      const unit = leader(name);
      if ((await look(name)).active) return;
      // A unit that has failed too often is not started by systemd before somebody says so.
      await ask('systemctl', ['reset-failed', '--', unit]);
      await call(['start', '--', unit], jobTimeoutMs);
    },
    // Not waited for: the job ends the caller where that is the service itself.
    restart: () => call(['restart', '--no-block', '--', leader('service')]),
    async stop(name) {
      const unit = leader(name);
      if ((await showUnit(ask, unit)) !== undefined) await call(['stop', '--', unit], jobTimeoutMs);
    },
    async remove(name) {
      for (const { unit, leads } of definitions(name)) {
        if ((await showUnit(ask, unit)) === undefined && !(await files.has(unit))) continue;
        await files.unshadow(unit);
        if (leads) await ask('systemctl', ['disable', '--now', '--', unit], jobTimeoutMs);
        await files.remove(unit);
      }
      await call(['daemon-reload']);
      for (const unit of units[name]) await ask('systemctl', ['reset-failed', '--', unit]);
    },
    async answers() {
      const shown = await showUnit(ask, leader('service'));
      return shown !== undefined && answersManager(shown, Number(process.hrtime.bigint() / 1000n));
    },
  };
}

/**
 * Active, and within the time in which it owes a sign of life. A service that nobody watches answers by running.
 * @param nowUs microseconds of CLOCK_MONOTONIC, as systemd writes them down
 */
export function answersManager(shown: ReadonlyMap<string, string>, nowUs: number): boolean {
  const of = (name: string) => shown.get(name) ?? '';
  if (of('ActiveState') !== 'active' || of('SubState') !== 'running' || of('FreezerState') === 'frozen') {
    return false;
  }
  const seenAtUs = Number(of('WatchdogTimestampMonotonic'));
  const patienceUs = microseconds(of('WatchdogUSec'));
  return patienceUs === undefined || !(seenAtUs > 0) || nowUs - seenAtUs <= patienceUs;
}

const unitsOfTime: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3600e6,
  d: 86_400e6,
  w: 604_800e6,
};

/** A time span as systemd shows it (`1min 30s`); undefined for none and for one without end. Source: systemd.time(7). */
export function microseconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|min|s|h|d|w)\b/g)];
  const sum = parts.reduce((all, [, count, unit = '']) => all + Number(count) * (unitsOfTime[unit] ?? 0), 0);
  return sum > 0 ? sum : undefined;
}
