/** The engine at work on a simulated Windows, and changes of it that the installer makes. */
import { type GateDefinition, HoldfastError } from '@holdfast/contract';
import {
  type Change,
  type Condition,
  carryOutUntilSettled,
  createSerial,
  gatesOf,
  type Job,
  type JobEvent,
  type JobReport,
  openLedger,
} from '@holdfast/engine';
import { asOnlyInstaller, exitCodes, isSuccess } from '@holdfast/msi';
import type { MachinePorts } from '@holdfast/ports';
import type { Timeline } from '../../timeline/timeline.ts';
import { makeFolder } from '../../windows/files.ts';
import type { RunningWindows } from '../../windows/machine.ts';
import { msiexec } from '../../windows/msiexec.ts';
import { systemFolder } from '../../windows/system.ts';

const clientFolder = `${systemFolder}\\Holdfast`;

/** What is told of events of the engine; those of its inner steps are passed over. */
const told: ReadonlySet<JobEvent['what']> = new Set([
  'gate-closed',
  'gate-opened',
  'applying',
  'setback',
  'undoing',
  'held',
  'done',
]);

export type InstallerChange = {
  readonly name: string;
  readonly windows: RunningWindows;
  /** Looked at behind these gates. */
  readonly gates?: readonly GateDefinition[];
  /** In place of those of the machine, for gates. */
  readonly ports?: Partial<MachinePorts>;
  /** A command line of msiexec, as typed in `folder`. */
  readonly line: string;
  readonly folder: string;
  readonly postcondition: () => Promise<Condition>;
};

/** A change that the installer makes, whole or not at all. */
export function installerChange(change: InstallerChange): Change {
  const { name, windows, gates = [], line, folder, postcondition } = change;
  const { host, ports } = windows;
  return {
    name,
    gates: gatesOf(gates, { ...ports, ...change.ports }, { folder: '/root' }),
    postcondition,
    async apply(note) {
      await note(null);
      const { exitCode, cause } = await msiexec(host, line, folder);
      if (exitCode === exitCodes.restartNeeded) return 'restart-needed';
      if (isSuccess(exitCode)) return 'done';
      const happened = `msiexec ended with ${exitCode}: ${cause?.message ?? 'it says no more.'}`;
      throw new HoldfastError('installer.failed', happened, { details: { exitCode } });
    },
    // The installer has a journal of its own: what it had begun is taken back, or it never began.
    undo: () => asOnlyInstaller(host, async () => undefined),
  };
}

/**
 * Carries jobs out until none of them waits for anything but a restart or a person.
 * @param options.hear told every event of the engine, also those that are not in the timeline
 * @param options.named whether the timeline says of which job it tells
 */
export async function carryOutOn(
  { host, clock, ports }: RunningWindows,
  timeline: Timeline,
  jobs: readonly Job[],
  { hear, named = true }: { hear?: (event: JobEvent) => void; named?: boolean } = {},
): Promise<readonly JobReport[]> {
  await makeFolder(host.files, clientFolder);
  const ledger = await openLedger(await host.files.open(clientFolder), 'changes');
  try {
    return await carryOutUntilSettled(jobs, ledger, {
      clock,
      entropy: ports.entropy,
      boot: ports.boot,
      exclusive: createSerial(),
      report(event) {
        hear?.(event);
        const { what, text, evidence, job } = event;
        if (!told.has(what)) return;
        const closed = what === 'gate-closed' ? { gate: text.replace(/^waiting for (\S+) .*/s, '$1') } : {};
        const win32 = typeof evidence?.win32 === 'number' ? { win32: evidence.win32 } : {};
        timeline.tell('client', named ? `${job}: ${text}` : text, { ...closed, ...win32 });
      },
    });
  } finally {
    await ledger.close();
  }
}
