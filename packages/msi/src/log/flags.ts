/** What msiexec /L asks for: which kinds of messages, into which file. Source: learn.microsoft.com, "Command-Line Options". */
import { HoldfastError } from '@holdfast/contract';

/** Status, warnings, errors, action starts, action records, user requests, initial UI, memory, disk, properties, verbose, extra. */
export type LogLetter = 'i' | 'w' | 'e' | 'a' | 'r' | 'u' | 'c' | 'm' | 'o' | 'p' | 'v' | 'x';

export type LogFlags = {
  readonly letters: ReadonlySet<LogLetter>;
  /** `+`: what the file has already is kept. */
  readonly append: boolean;
  /** `!`: every line is written at once. */
  readonly flush: boolean;
};

export type LogOption = { readonly flags: LogFlags; readonly path: string };

const all: readonly LogLetter[] = ['i', 'w', 'e', 'a', 'r', 'u', 'c', 'm', 'o', 'p', 'v', 'x'];
/** `*` */
const wildcard = all.slice(0, -2);
/** Where the option names no letter. */
const usual: readonly LogLetter[] = ['i', 'w', 'e', 'a', 'r', 'm', 'o'];

/** msiexec's exit code for a command line that it does not understand. */
const badCommandLine = 1639;

function wrong(happened: string): HoldfastError {
  return new HoldfastError('command.invalid', happened, { details: { exitCode: badCommandLine } });
}

/**
 * @param words what stands behind /L, in any case and order: `*v`, `iwe+`, or nothing for the default
 * @throws HoldfastError `command.invalid`
 */
export function parseLogFlags(words: string): LogFlags {
  const letters = new Set<LogLetter>();
  let [append, flush] = [false, false];
  for (const character of words.toLowerCase()) {
    const letter = all.find((one) => one === character);
    if (letter !== undefined) letters.add(letter);
    else if (character === '*') for (const one of wildcard) letters.add(one);
    else if (character === '+') append = true;
    else if (character === '!') flush = true;
    else throw wrong(`/L does not know "${character}": it takes letters of ${all.join('')}, +, ! and *.`);
  }
  return { letters: letters.size === 0 ? new Set(usual) : letters, append, flush };
}

/**
 * @param option the word of the command line: `/L*v`, `-log`
 * @param file the word behind it
 * @throws HoldfastError `command.invalid` for an unknown flag, or where no file is named
 */
export function parseLogOption(option: string, file: string | undefined): LogOption {
  const [, long, letters] = /^[/-](?:(log)|l(.*))$/is.exec(option) ?? [];
  if (long === undefined && letters === undefined) throw wrong(`"${option}" is not the option /L.`);
  const path = file?.replace(/^"(.*)"$/, '$1') ?? '';
  if (path === '' || /^[/-]/.test(path)) throw wrong(`${option} names no file for the log.`);
  // The long form stands for /l* (same source).
  return { flags: parseLogFlags(long === undefined ? (letters ?? '') : '*'), path };
}
