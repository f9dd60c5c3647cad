/** Phase `prerequisites`: what must hold before anything of the machine is changed. */
import type { GateDefinition } from '@holdfast/contract';
import { diskFreeGate, firstClosedGate, type Gate, gatesOf } from '@holdfast/engine';
import type { ChosenPackage } from './progress.ts';
import { ended, type Phase, type SetUp } from './set-up.ts';

/**
 * Room, in lengths of the package: in the state folder lie the package, its successor and the bootstrap's own copy; where
 * the client is installed the new tree lies beside the old one. Packages are compressed to about a third.
 */
const lengthsOfState = 6;
const lengthsOfInstall = 4;

export const prerequisites: Phase = async (setUp) => {
  const gates = setupGates(setUp);
  const closed = await firstClosedGate(gates);
  return closed ? { kind: 'waits', reason: `${closed.gate}: ${closed.reason}`, gates } : ended;
};

/** They are looked at again right before the installer is started: this may be days later. */
export function setupGates({ host, progress }: SetUp): readonly Gate[] {
  const { ports, places } = host;
  const { chosen } = progress();
  const bytes = chosen?.package.size ?? 0;
  const drive = /^[A-Za-z]:\\/.exec(places.install)?.[0] ?? (places.root === '/' ? '/' : undefined);
  const room = [
    diskFreeGate(ports.disk, places.state, bytes * lengthsOfState, 'disk-free'),
    ...(drive === undefined
      ? []
      : [diskFreeGate(ports.disk, drive, bytes * lengthsOfInstall, 'disk-free-install')]),
  ];
  return [...room, ...gatesOf(systemGates(chosen, places.install), ports, { folder: places.state })];
}

function systemGates(chosen: ChosenPackage | null, install: string): readonly GateDefinition[] {
  switch (chosen?.package.kind) {
    case 'msi':
      return [
        { kind: 'installer-idle', name: 'installer-idle' },
        { kind: 'no-pending-reboot', name: 'no-pending-reboot', paths: [install] },
      ];
    case 'deb':
      return [{ kind: 'installer-idle', name: 'installer-idle' }];
    default:
      return [];
  }
}
