/** There is no registry on Linux: every value is absent, and none can be written. */
import { HoldfastError } from '@holdfast/contract';
import type { Registry } from '@holdfast/ports';

export function noRegistry(): Registry {
  return {
    read: async () => undefined,
    async write({ hive, key }) {
      throw new HoldfastError('system.failed', `This machine has no registry to write ${hive}\\${key} into.`);
    },
    remove: async () => undefined,
  };
}
