/** What `holdfast msiexec` does with a Windows in a folder. */
import { isHoldfastError } from '@holdfast/contract';
import { install } from '../../packages/cli/src/verbs/msiexec/install.ts';
import { readWords } from '../../packages/cli/src/verbs/msiexec/words.ts';

export type OwnResult = { readonly exitCode: number; readonly why: string };

/** @param words of a command line of msiexec, without its own name; paths are Windows paths */
export async function ownMsiexec(root: string, words: readonly string[]): Promise<OwnResult> {
  const options = {
    root,
    // Wine runs them, and nothing that is compared depends on one.
    passOverVitalActions: true,
    signal: new AbortController().signal,
    note: () => undefined,
  };
  try {
    const { result } = await install(readWords(words), options);
    const { exitCode, cause } = result;
    return { exitCode, why: cause === undefined ? '' : `${cause.action}: ${cause.message}` };
  } catch (thrown) {
    const told = isHoldfastError(thrown) ? thrown.details.exitCode : undefined;
    return { exitCode: typeof told === 'number' ? told : -1, why: String(thrown) };
  }
}
