/** The last resort of the second starter: the kept package goes once more through the platform's installer. */
import { HoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Command, Folder } from '@holdfast/ports';
import { childPath } from '../paths.ts';
import { type KeptPackage, keptPackage, packageFolder } from '../setup/installed.ts';
import { isWhole, type RescuePorts } from './look.ts';

/** Milliseconds that an installer may take. */
const longestMs = 30 * 60_000;

/**
 * Resolves when the installer has ended well; what came of it must be looked at.
 * @param installFolder where a tree without an installer is laid out: absolute path
 * @throws HoldfastError `content.hash-mismatch` where the package is not whole, `installer.failed`, `process.*`
 */
export async function reinstall(
  { processes, clock }: Pick<RescuePorts, 'processes' | 'clock'>,
  state: Folder,
  installFolder: string,
): Promise<void> {
  const kept = await keptPackage(state);
  if (!kept || !(await isWhole(state, kept))) {
    throw new HoldfastError('content.hash-mismatch', 'The kept package is missing or not whole.');
  }
  const running = await processes.start(await reinstallCommand(kept, state, installFolder));
  const over = new AbortController();
  const late = clock.sleep(longestMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  const exit = await Promise.race([running.exit, late]);
  over.abort();
  await late;
  // Not ended: an installer that is killed leaves more behind than one that is slow.
  if (!exit)
    throw new HoldfastError('process.timeout', `The installation of ${kept.package.name} goes on and on.`);
  if (exit.code !== 0 && !needsRestart(exit.code)) {
    throw new HoldfastError(
      'installer.failed',
      `The installation of ${kept.package.name} failed: ${exit.output}`,
      {
        details: { exitCode: exit.code ?? -1 },
      },
    );
  }
}

/** ERROR_SUCCESS_REBOOT_INITIATED and ERROR_SUCCESS_REBOOT_REQUIRED of Windows Installer. */
const needsRestart = (code: number | null): boolean => code === 1641 || code === 3010;

async function reinstallCommand(kept: KeptPackage, state: Folder, installFolder: string): Promise<Command> {
  const path = await withOpen(state.folder(packageFolder), async (folder) =>
    childPath(folder, kept.package.name),
  );
  const line = (program: string, words: Command['arguments']) => ({
    program,
    arguments: words,
    folder: state.path,
  });
  switch (kept.package.kind) {
    case 'deb':
      return line('dpkg', ['--install', path]);
    case 'rpm':
      return line('rpm', ['--upgrade', '--replacepkgs', '--replacefiles', path]);
    case 'tar.gz':
      return line('tar', [
        '--extract',
        '--gzip',
        '--no-same-owner',
        `--file=${path}`,
        `--directory=${installFolder}`,
      ]);
    case 'msi': {
      const log = childPath(state, 'rescue-msiexec.log');
      const words = `/i "${path}" REINSTALLMODE=vmeus REINSTALL=ALL /qn /norestart /L*v "${log}"`;
      return line('msiexec', words);
    }
  }
}
