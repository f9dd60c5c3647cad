/** The simulated name service passes the contract suite that the real one passes. */
import { nameServiceContract } from '@holdfast/ports/suites';
import { nameServicePort, nameTable } from '../src/machine/name-service.ts';
import { countedCalls } from '../src/world/calls.ts';
import { noTrace } from '../src/world/trace.ts';

nameServiceContract(async () => {
  const table = nameTable();
  table.domains = ['example', 'sub.example'];
  const calls = countedCalls(noTrace);
  return {
    names: nameServicePort(table, calls, calls.begin('suite')),
    put: (name, addresses) => void table.services.set(name, addresses),
    silence: async () => {
      table.answers = false;
    },
    cleanup: async () => undefined,
  };
});
