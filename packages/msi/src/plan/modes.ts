/** REINSTALLMODE. Source: "REINSTALLMODE property", learn.microsoft.com/windows/win32/msi/reinstallmode. */
import type { ReinstallMode } from './model.ts';

type Letter = ReinstallMode extends ReadonlySet<infer Member> ? Member : never;

const letters: readonly Letter[] = ['p', 'o', 'e', 'd', 'c', 'a', 'm', 'u', 's', 'v'];
/** Letters that say when a file that is there is replaced. */
const forFiles: readonly Letter[] = ['p', 'o', 'e', 'd', 'c', 'a'];

export const defaultMode = 'omus';

/** In any order and case; letters that mean nothing are not heard. */
export function reinstallMode(text: string | undefined): ReinstallMode {
  const given = (text || defaultMode).toLowerCase();
  return new Set(letters.filter((letter) => given.includes(letter)));
}

/** Whether any letter is about files: without one, a repair touches none. */
export function heedsFiles(mode: ReinstallMode): boolean {
  return forFiles.some((letter) => mode.has(letter));
}

export function modeText(mode: ReinstallMode): string {
  return letters.filter((letter) => mode.has(letter)).join('');
}
