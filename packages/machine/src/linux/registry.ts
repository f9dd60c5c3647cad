/** There is no registry on Linux: every value is absent. */
import type { Registry } from '@holdfast/ports';

export function noRegistry(): Registry {
  return { read: async () => undefined };
}
