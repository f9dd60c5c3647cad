/** The system is asked for its own versions of files that it protects. */
import type { Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import { restorePath } from '../kept-files.ts';
import type { StepOf } from '../steps.ts';

export const askProtection: Operating<StepOf<'ask-protection'>> = {
  async apply({ files }, { host: { protection } }) {
    const paths = files.map(({ path }) => path);
    const error = await protection.install(paths);
    if (error === 0) return;
    throw installerFailure(
      installerErrors.protectedFiles,
      [error, paths.join(', ')],
      `The system did not install its own versions of protected files: Win32 error ${error}${error === 21 ? ' (not ready)' : ''}.`,
    );
  },
  async undo({ files }, { host, area }) {
    for (const file of files) await restorePath(host.files, area, file);
  },
};
