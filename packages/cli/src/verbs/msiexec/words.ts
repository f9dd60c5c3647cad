/** Words of a command line of msiexec, as the shell hands them over. */
import { HoldfastError } from '@holdfast/contract';
import {
  type LogOption,
  type MsiexecCommand,
  parseLogOption,
  parseMsiexec,
  type Request,
  requestOf,
} from '@holdfast/msi';
import { lineOf } from '../msi/foresee.ts';

export type MsiexecWords = {
  /** The properties, as they were given: what a log begins with. */
  readonly line: string;
  readonly command: MsiexecCommand;
  readonly request: Request;
  readonly log: LogOption | undefined;
};

/** The last /l option counts. */
function logOptionOf(words: readonly string[]): LogOption | undefined {
  const at = words.findLastIndex((word) => /^[/-](?:log|l[a-z*+!]*)$/i.test(word));
  return at < 0 ? undefined : parseLogOption(words[at] ?? '', words[at + 1]);
}

/** /norestart and its like are short for the property; what the line says of the property itself counts more. */
function restartOf(words: readonly string[]): readonly [string, string][] {
  const values = new Map([
    ['norestart', 'ReallySuppress'],
    ['forcerestart', 'Force'],
  ]);
  return words.flatMap((word): [string, string][] => {
    const value = values.get(word.slice(1).toLowerCase());
    return /^[/-]/.test(word) && value !== undefined ? [['REBOOT', value]] : [];
  });
}

/** @throws HoldfastError `command.invalid` (exit code 1639) */
export function readWords(words: readonly string[]): MsiexecWords {
  const line = lineOf(['msiexec', ...words]);
  const command = parseMsiexec(line);
  const request = command && requestOf(command);
  if (command?.target === undefined || request === undefined) {
    throw new HoldfastError(
      'command.invalid',
      'This is no command line of msiexec that installs: name what is to be done and a package, as in /i client.msi.',
    );
  }
  const properties = new Map([...restartOf(words), ...request.properties]);
  const shown = words.filter((word) => /^[A-Za-z_][\w.]*=/.test(word));
  return { line: lineOf(shown), command, request: { ...request, properties }, log: logOptionOf(words) };
}
