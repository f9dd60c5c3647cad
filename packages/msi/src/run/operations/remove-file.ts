/** A file goes, once nothing can be undone any more; where another program holds it, at the next start. */
import { isHoldfastError } from '@holdfast/contract';
import type { Operating } from '../bench.ts';
import type { StepOf } from '../steps.ts';

export const removeFile: Operating<StepOf<'remove-file'>> = {
  apply: async () => undefined,
  undo: async () => undefined,
  async finish({ path, superseded }, { host: { files }, restart, atRestart }) {
    if (superseded) return;
    try {
      // Also where it is gone: then that becomes durable.
      await files.remove(path);
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'disk.busy')) throw thrown;
      await atRestart(path, undefined);
      restart.push(`${path} is in use; it is removed at the next start.`);
    }
  },
};
