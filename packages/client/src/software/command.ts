/** From the command line of a program to the command that is started. No shell reads it. */
import { HoldfastError, type Platform } from '@holdfast/contract';
import type { Command } from '@holdfast/ports';

/** What the variables of a command line stand for: absolute paths. */
export type CommandVariables = {
  readonly content: string;
  readonly root: string;
  readonly log: string;
  readonly state: string;
};

/**
 * Words are separated by blanks; double quotes keep blanks in a word and are no part of it; nothing escapes. On
 * Windows the first word is the program and the rest goes to it verbatim, because every program there reads its own
 * command line. Variables are filled in after the split, so that what is in them splits nothing; any other text in
 * braces (a product code) stays as it is.
 *
 * @throws HoldfastError `command.invalid`
 */
export function parseCommand(
  line: string,
  variables: CommandVariables,
  platform: Platform,
  folder: string,
): Command {
  const words = splitWords(line);
  const [first, ...rest] = words;
  if (first === undefined || first.text === '') {
    throw new HoldfastError('command.invalid', 'The command line is empty.');
  }
  const program = fill(first.text, variables);
  if (platform === 'windows') {
    return { program, arguments: fill(line.slice(first.end).trim(), variables), folder };
  }
  return { program, arguments: rest.map((word) => fill(word.text, variables)), folder };
}

type Word = { text: string; end: number };

function splitWords(line: string): readonly Word[] {
  const words: Word[] = [];
  let word: Word | undefined;
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (!quoted && /\s/.test(character)) {
      word = undefined;
      continue;
    }
    if (!word) {
      word = { text: '', end: 0 };
      words.push(word);
    }
    word.end = index + 1;
    if (character === '"') quoted = !quoted;
    else word.text += character;
  }
  if (quoted)
    throw new HoldfastError('command.invalid', 'A quotation mark of the command line is not closed.');
  return words;
}

function fill(text: string, variables: CommandVariables): string {
  return text.replace(/\{(content|root|log|state)\}/g, (_, name: keyof CommandVariables) => variables[name]);
}
