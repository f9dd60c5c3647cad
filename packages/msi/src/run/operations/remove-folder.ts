/** A folder goes, where nothing is in it any more. */
import type { Operating } from '../bench.ts';
import type { StepOf } from '../steps.ts';

export const removeFolder: Operating<StepOf<'remove-folder'>> = {
  apply: async () => undefined,
  undo: async () => undefined,
  async finish({ path, superseded }, { host: { files } }) {
    if (!superseded) await files.removeFolder(path);
  },
};
