/** Running a command line: how a program writes, and what becomes of its errors. */
import { HoldfastError, holdfastVersion } from '@holdfast/contract';
import { type Command, CommanderError } from 'commander';
import { AnsweredNo } from './answered-no.ts';
import { errorText, type Surroundings } from './terminal.ts';

/** Exit codes: done; failed with a coded error, or answered no; called in a way that does not exist. */
const exits = { done: 0, failed: 1, usage: 2 } as const;

/** Whatever was thrown, as a coded error. */
export function coded(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  return new HoldfastError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}

function settle(command: Command, surroundings: Surroundings, width: number): void {
  command.exitOverride().configureOutput({
    writeOut: surroundings.out,
    writeErr: surroundings.error,
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const child of command.commands) settle(child, surroundings, width);
}

/** Runs one command line; answers the exit code. Errors go to standard error, as JSON with --json. */
export async function runProgram(
  program: Command,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  program
    .version(holdfastVersion)
    // --version of the program and --version of a verb are two things.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed (a coded error on standard error) or answered no (a difference was found), 2 wrong use.',
    );
  settle(program, surroundings, surroundings.columns ?? 100);
  const json = words.includes('--json');
  try {
    await program.parseAsync(words, { from: 'user' });
    return exits.done;
  } catch (thrown) {
    if (thrown instanceof AnsweredNo) return thrown.exitCode;
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exits.done : exits.usage;
    if (surroundings.stopped.aborted && !(thrown instanceof HoldfastError)) return exits.failed;
    surroundings.error(errorText(coded(thrown), json, program.name()));
    return exits.failed;
  }
}
