/** Whether Windows suites can run on this machine. */
import { accessSync, constants } from 'node:fs';

/** The reason why they cannot; undefined where they can. */
export function wineAvailable(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine suites need Linux on x64';
  const missing = ['wine', 'wineserver', 'npm'].filter((program) => !onPath(program));
  if (missing.length === 0) return undefined;
  return `not installed: ${missing.join(', ')} (Debian packages wine, wine64)`;
}

/** The reason why no .msi can be built here; undefined where one can. */
export function wixlAvailable(): string | undefined {
  return onPath('wixl') ? undefined : 'not installed: wixl (Debian package wixl)';
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
