/** Whether systemd answers. */
import type { Facilities } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { type AskProgram, systemdRuns } from './systemd.ts';

/** Milliseconds: what takes longer is no answer. */
const patienceMs = 30_000;

/** States in which it takes orders, some of its units failed or not. Source: systemctl(1), is-system-running. */
const answering: ReadonlySet<string> = new Set([
  'initializing',
  'starting',
  'running',
  'degraded',
  'maintenance',
  'stopping',
]);

export function linuxFacilities(ask: AskProgram = askProgram, runs = systemdRuns): Facilities {
  return {
    wmi: async () => undefined,
    systemd: async () => {
      if (!runs()) return undefined;
      const answer = await ask('systemctl', ['is-system-running'], patienceMs);
      const state = answer?.output.trim() ?? '';
      if (answering.has(state)) return { ready: true };
      const said = state || answer?.error.trim().slice(0, 500) || 'nothing';
      return { ready: false, reason: `systemd answers: ${said}`, evidence: { exitCode: answer?.code ?? -1 } };
    },
  };
}
