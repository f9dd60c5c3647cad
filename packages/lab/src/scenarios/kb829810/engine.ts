/**
 * Profile `engine`: the same driver upgrade as a change of the engine, with nothing else of the client. It waits behind the
 * gate `file-protection`; the installer stages and verifies the new drivers before the old ones go, and puts everything back
 * when it fails; what is seen on the machine afterwards decides. `engine-ungated` is the same with that gate taken out: the
 * installer then meets error 21, msiexec answers 1603, which is fatal in the catalogue, and everything is taken back.
 */
import { type GateDefinition, HoldfastError } from '@holdfast/contract';
import { gatesOf, type Job } from '@holdfast/engine';
import { asOnlyInstaller, exitCodes, isSuccess } from '@holdfast/msi';
import type { RunningWindows } from '../../windows/machine.ts';
import { carryOutOn } from '../field/engine-client.ts';
import { driverState, installDrivers, protectionError } from './client.ts';
import { type Profile, type Surroundings, simply } from './profile.ts';

export const fileProtectionGate: GateDefinition = { kind: 'protection-ready', name: 'file-protection' };

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
  return simply(name, summary, async (windows, surroundings) => {
    const { clock, ports } = windows;
    const { world, timeline, counts } = surroundings;
    await clock.sleep(world.clientWorkMs);
    const { epoch } = await ports.boot.operatingSystem();
    const jobs = [driverJob(windows, surroundings, epoch, gates)];
    await carryOutOn(windows, timeline, jobs, {
      named: false,
      hear({ what, evidence }) {
        if (what === 'gate-closed') counts.gateClosed(evidence?.win32);
      },
    });
  });
}

export const engine = profileOf(
  'engine',
  'the engine alone: gate, new drivers staged and verified before the old ones go, tried again',
  [fileProtectionGate],
);

export const engineUngated = profileOf('engine-ungated', 'the engine with its gate taken out', []);
