/** The system's protection of its own files: Windows File Protection and what followed it. */
import type { Readiness, Watch } from './readiness.ts';

/**
 * It may be late: until it serves, its requests fail with `system.not-ready`, Win32 21 (KB829810). It may refuse, and
 * it may put back what somebody else has changed.
 */
export type Protection = {
  /** Whether it serves requests. Not ready before it has started: evidence `{ win32: 21 }`. */
  readiness(): Promise<Readiness>;
  /** @throws HoldfastError `system.not-ready` */
  isProtected(path: string): Promise<boolean>;
  /**
   * Has the system put its own copy of these files in their place, as Windows Installer does after InstallFiles.
   * @throws HoldfastError `system.not-ready`, `system.refused`
   */
  install(paths: readonly string[]): Promise<void>;
  readonly watch?: Watch;
};
