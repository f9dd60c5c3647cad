/** Asking a program of the system: no shell, a time limit, an answer in no language of its own. */
import { execFile } from 'node:child_process';
import { errorCodeOf } from './error-code.ts';

export type Answer = {
  /** Null where it was ended: by a signal, or because it took too long. */
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
};

/** Milliseconds that a question may take. */
const usualTimeoutMs = 30_000;

/** Undefined where there is no such program. */
export function askProgram(
  program: string,
  words: readonly string[],
  timeoutMs = usualTimeoutMs,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const options = {
      env: { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0' },
      timeout: timeoutMs,
      windowsHide: true,
    };
    execFile(program, words, options, (failure, output, error) => {
      if (failure === null) resolve({ code: 0, output, error });
      else if (errorCodeOf(failure) === 'ENOENT') resolve(undefined);
      else resolve({ code: typeof failure.code === 'number' ? failure.code : null, output, error });
    });
  });
}
