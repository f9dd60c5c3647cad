/** Readiness gates: named conditions that must hold before a step may run, with a reason anyone can read. */
import type { Disk } from '@holdfast/ports';

export type GateVerdict = { readonly open: true } | { readonly open: false; readonly reason: string };

export type Gate = {
  readonly name: string;
  check(): Promise<GateVerdict>;
};

export type ClosedGate = { readonly gate: string; readonly reason: string };

/** The first closed gate in the order given; undefined when all are open. */
export async function firstClosedGate(gates: readonly Gate[]): Promise<ClosedGate | undefined> {
  for (const gate of gates) {
    const verdict = await gate.check();
    if (!verdict.open) return { gate: gate.name, reason: verdict.reason };
  }
  return undefined;
}

/** Bytes that stay free for the machine itself, whatever is to be installed. */
export const reservedBytes = 16 * 1024 * 1024;

/** Open while the volume of `path` has `bytes` to give, and still its reserve after that. */
export function diskFreeGate(disk: Pick<Disk, 'freeBytes'>, path: string, bytes: number): Gate {
  return {
    name: 'disk-free',
    check: async () => {
      const free = await disk.freeBytes(path);
      if (free >= bytes + reservedBytes) return { open: true };
      return { open: false, reason: `${free} bytes are free, ${bytes + reservedBytes} are needed` };
    },
  };
}
