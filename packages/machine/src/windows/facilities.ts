/** Windows Management Instrumentation, asked as any script would ask it. */
import { isHoldfastError } from '@holdfast/contract';
import type { Facilities, Readiness, Services } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';

const service = 'Winmgmt';

/** Milliseconds: a WMI that rebuilds its repository takes a minute to answer. */
const patienceMs = 60_000;

/**
 * Two ways to one question, the quicker first: wmic is on the way out (since Windows 11 24H2 it is a feature on demand),
 * PowerShell came with Windows 7.
 */
const queries: readonly (readonly [string, readonly string[]])[] = [
  ['wmic', ['os', 'get', 'Version', '/value']],
  [
    'powershell',
    ['-NoProfile', '-NonInteractive', '-Command', '(Get-WmiObject Win32_OperatingSystem).Version'],
  ],
];

export function windowsFacilities(
  services: Pick<Services, 'start'>,
  ask: typeof askProgram = askProgram,
): Facilities {
  return {
    systemd: async () => undefined,
    wmi: async () => {
      try {
        // Like every query it would start its service.
        await services.start(service);
      } catch (thrown) {
        if (!isHoldfastError(thrown)) throw thrown;
        return notReady(thrown.message, { win32: Number(thrown.details.win32 ?? -1) });
      }
      for (const [program, words] of queries) {
        const answer = await ask(program, words, patienceMs);
        if (answer === undefined) continue;
        if (answer.code === 0 && /\d+\.\d+/.test(answer.output.replaceAll('\0', ''))) return { ready: true };
        return notReady(`WMI does not answer a query of ${program}`, { exitCode: answer.code ?? -1 });
      }
      return notReady('nothing is here to ask WMI with', { service });
    },
  };
}

function notReady(reason: string, evidence: Readonly<Record<string, string | number>>): Readiness {
  return { ready: false, reason, evidence };
}
