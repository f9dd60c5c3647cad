/** The name service of a simulated machine: a table that a test fills. */
import { HoldfastError } from '@holdfast/contract';
import type { NameService, ServiceAddress } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';

export type NameTable = {
  domains: readonly string[];
  readonly services: Map<string, readonly ServiceAddress[]>;
  /** Whether anybody answers at all. */
  answers: boolean;
};

export const nameTable = (): NameTable => ({ domains: [], services: new Map(), answers: true });

export function nameServicePort(table: NameTable, calls: Calls, life: Life): NameService {
  return {
    domains: () => calls.call(life, 'names.domains', [], async () => table.domains),
    srv: (name) =>
      calls.call(life, 'names.srv', [name], async () => {
        if (!table.answers) {
          throw new HoldfastError('network.unreachable', 'No name service answers on the simulated network.');
        }
        const found = table.services.get(name) ?? [];
        return [...found].sort((one, other) => one.priority - other.priority || other.weight - one.weight);
      }),
  };
}
