/**
 * Profile `holdfast`: the same driver upgrade as a change of the engine. It waits behind the gate `file-protection`; the
 * installer stages and verifies the new drivers before the old ones go, and puts everything back when it fails; what is
 * seen on the machine afterwards decides. `holdfast-ungated` is the same with that gate taken out: the installer then
 * meets error 21, msiexec answers 1603, which is fatal in the catalogue, and everything is taken back.
 */
import { type GateDefinition, HoldfastError } from '@holdfast/contract';
import {
  carryOutUntilSettled,
  createSerial,
  gatesOf,
  type Job,
  type JobEvent,
  openLedger,
} from '@holdfast/engine';
import { asOnlyInstaller, exitCodes, isSuccess } from '@holdfast/msi';
import { makeFolder } from '../../windows/files.ts';
import type { RunningWindows } from '../../windows/machine.ts';
import { systemFolder } from '../../windows/system.ts';
import { driverState, installDrivers, protectionError } from './client.ts';
import type { Profile, Surroundings } from './profile.ts';

const clientFolder = `${systemFolder}\\CCM`;
const fileProtectionGate: GateDefinition = { kind: 'protection-ready', name: 'file-protection' };

/** What is told of events of the engine; those of its inner steps are passed over. */
const told: ReadonlySet<JobEvent['what']> = new Set([
  'gate-closed',
  'gate-opened',
  'setback',
  'undoing',
  'undone',
  'held',
  'done',
]);

/** The drivers of this Windows: one change, made whole or not at all. */
function driverJob(
  windows: RunningWindows,
  { packages, world, counts }: Surroundings,
  epoch: string,
  gates: readonly GateDefinition[],
): Job {
  const { host, clock, ports } = windows;
  return {
    id: 'remote-control-drivers',
    version: epoch,
    changes: [
      {
        name: 'install-drivers',
        gates: gatesOf(gates, ports, { folder: '/root' }),
        async postcondition() {
          const state = await driverState(host, packages, 'xp');
          return state.complete ? { holds: true } : { holds: false, reason: state.reason };
        },
        async apply(note) {
          await note(null);
          await clock.sleep(world.installerMs);
          const result = await installDrivers(host, packages);
          const win32 = protectionError(result);
          if (win32 !== undefined) counts.error(win32);
          if (result.exitCode === exitCodes.restartNeeded) return 'restart-needed';
          if (isSuccess(result.exitCode)) return 'done';
          const happened = `msiexec ended with ${result.exitCode}: ${result.cause?.message ?? 'it says no more.'}`;
          throw new HoldfastError('installer.failed', happened, { details: { exitCode: result.exitCode } });
        },
        // The installer has a journal of its own: what it had begun is taken back, or it never began.
        undo: () => asOnlyInstaller(host, async () => undefined),
      },
    ],
  };
}

function profileOf(name: string, summary: string, gates: readonly GateDefinition[]): Profile {
  return {
    name,
    summary,
    async atStart(windows, surroundings) {
      const { host, clock, ports } = windows;
      const { world, timeline, counts } = surroundings;
      await clock.sleep(world.clientWorkMs);
      const { epoch } = await ports.boot.operatingSystem();
      await makeFolder(host.files, clientFolder);
      const ledger = await openLedger(await host.files.open(clientFolder), 'changes');
      const jobs = [driverJob(windows, surroundings, epoch, gates)];
      await carryOutUntilSettled(jobs, ledger, {
        clock,
        entropy: ports.entropy,
        boot: ports.boot,
        exclusive: createSerial(),
        report({ what, text, evidence }) {
          if (what === 'gate-closed') counts.gateClosed(evidence?.win32);
          if (!told.has(what)) return;
          const win32 = typeof evidence?.win32 === 'number' ? { win32: evidence.win32 } : {};
          const gate = what === 'gate-closed' ? { gate: fileProtectionGate.name } : {};
          timeline.tell('client', text, { ...win32, ...gate });
        },
      });
      await ledger.close();
    },
  };
}

export const holdfast = profileOf(
  'holdfast',
  'the engine: gate, new drivers staged and verified before the old ones go, tried again',
  [fileProtectionGate],
);

export const holdfastUngated = profileOf('holdfast-ungated', 'the engine with its gate taken out', []);
