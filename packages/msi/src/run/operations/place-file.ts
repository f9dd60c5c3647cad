/** A staged file takes its place, by one rename; where another program holds the old one, at the next start. */
import { isHoldfastError } from '@holdfast/contract';
import type { Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import { factsOf, parentOf, restorePath } from '../kept-files.ts';
import type { StepOf } from '../steps.ts';

export const placeFile: Operating<StepOf<'place-file'>> = {
  /** Its folder is there. Many are placed before the folders are synced. */
  async apply({ number, path }, { host: { files }, area, waiting }) {
    try {
      await files.rename(area.staged(number), path);
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'disk.busy')) throw thrown;
      waiting.add(number);
    }
  },
  async look({ number, path, size, sha256 }, { host: { files }, waiting }) {
    if (waiting.has(number)) return;
    const placed = await factsOf(files, path);
    if (placed?.size === size && placed.sha256 === sha256) return;
    throw installerFailure(
      installerErrors.fileNotCopied,
      [path],
      `${path} is not what was staged for it, after it was put there.`,
    );
  },
  undo: (step, { host: { files }, area }) => restorePath(files, area, step),
  async finish({ number, path }, { host: { files }, area, journal, restart, atRestart }) {
    if (!journal.state.waiting.includes(number)) return;
    const beside = area.beside(path, number);
    if ((await files.stat(area.staged(number))) !== undefined) await files.move(area.staged(number), beside);
    else await files.sync(parentOf(path));
    await atRestart(beside, path);
    restart.push(`${path} is in use; it is replaced at the next start.`);
  },
};
