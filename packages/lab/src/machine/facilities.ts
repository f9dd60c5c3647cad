/** WMI or systemd of a simulated machine: it answers until it is spoilt. */
import type { Facilities, Readiness } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import type { SystemKind } from './boot.ts';

export type FacilityTable = {
  /** Those that answer nobody now. */
  readonly deaf: Set<keyof Facilities>;
  port(calls: Calls, life: Life): Facilities;
};

export function facilityTable(kind: SystemKind): FacilityTable {
  const deaf = new Set<keyof Facilities>();
  const here = kind === 'windows' ? 'wmi' : 'systemd';
  const look = (name: keyof Facilities): Readiness | undefined => {
    if (name !== here) return undefined;
    if (!deaf.has(name)) return { ready: true };
    return { ready: false, reason: `${name} answers nobody`, evidence: { facility: name } };
  };
  return {
    deaf,
    port: (calls, life) => ({
      wmi: () => calls.call(life, 'facilities.wmi', [], () => look('wmi')),
      systemd: () => calls.call(life, 'facilities.systemd', [], () => look('systemd')),
    }),
  };
}
