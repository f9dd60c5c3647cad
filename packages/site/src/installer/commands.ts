/** Which Windows Installer packages of its package a program runs. */
import { type ContentFile, isInstallerPath, type ProgramDefinition } from '@holdfast/contract';

const runsMsiexec = /(^|[\s"\\/])msiexec(\.exe)?(["\s]|$)/i;

/**
 * The .msi files that the msiexec lines of a program name; the first one where the lines name a product by its code.
 */
export function installersNamed(
  { platform, install, repair }: ProgramDefinition,
  files: readonly ContentFile[],
): readonly ContentFile[] {
  if (platform !== 'windows') return [];
  const lines = [install, repair ?? ''].filter((line) => runsMsiexec.test(line));
  if (lines.length === 0) return [];
  const text = lines.join('\n').toLowerCase().replaceAll('/', '\\');
  const installers = files.filter(({ path }) => isInstallerPath(path));
  const named = installers.filter(({ path }) =>
    text.includes(`\\${path.toLowerCase().replaceAll('/', '\\')}`),
  );
  return named.length > 0 ? named : installers.slice(0, 1);
}
