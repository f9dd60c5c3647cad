/**
 * Profile `holdfast`: the real client, enrolled on Windows 2000, with a screen driver of its own for either Windows, and a
 * deployment of the drivers of remote control for Windows XP. Their program waits at the gate `file-protection`, the client's
 * own driver at its gates. `holdfast-ungated` is the same with that gate of the program taken out.
 */
import { type GateDefinition, HoldfastError } from '@holdfast/contract';
import type { SimulatedClient } from '../../site/site.ts';
import type { BootTimes, SimulatedWindows } from '../../windows/machine.ts';
import { inVirtualTime } from '../../world/run.ts';
import { fileProtectionGate } from './engine.ts';
import { passTime } from './life.ts';
import { managed, setUpAt } from './managed.ts';
import { clientPackages, clientService } from './packages.ts';
import type { Profile } from './profile.ts';

/** Windows 2000 starts as on any day. Milliseconds. */
const calm: BootTimes = { kernelMs: 20_000, protectionMs: 5_000, services: {} };

/** On Windows 2000, until all is well there. */
async function past(
  windows: SimulatedWindows,
  gates: readonly GateDefinition[],
): Promise<readonly SimulatedClient[]> {
  const packages = await clientPackages();
  const client = managed(windows, { packages, gates });
  client.layDown();
  const programs = { [clientService]: client.start };
  await inVirtualTime(windows.clock, () => windows.boot(calm, programs));
  await passTime(windows.clock, setUpAt - windows.clock.now());
  const problem = client.problem('2000');
  if (problem !== undefined) throw new HoldfastError('internal', `On Windows 2000 ${problem}.`);
  return client.known();
}

function profileOf(name: string, summary: string, gates: readonly GateDefinition[]): Profile {
  return {
    name,
    summary,
    past: (windows) => past(windows, gates),
    begin(windows, { packages, world, timeline, counts }, known) {
      const client = managed(windows, { packages, gates, known, installerMs: world.installerMs, counts });
      const [one] = known;
      timeline.tell(
        'client',
        `Holdfast manages this machine: client ${one?.id ?? 'nobody'}, on Windows 2000`,
      );
      return {
        async atStart(running) {
          await running.clock.sleep(world.clientWorkMs);
          await client.start(running);
        },
        problem: () => client.problem('xp'),
      };
    },
  };
}

export const holdfast = profileOf(
  'holdfast',
  'the client, from its enrolment on Windows 2000: gates, everything looked at anew, new before old',
  [fileProtectionGate],
);

export const holdfastUngated = profileOf(
  'holdfast-ungated',
  'the client, whose program for the drivers has no gate',
  [],
);
