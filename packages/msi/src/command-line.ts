/** A command line of msiexec, taken apart as msiexec does it. Source: learn.microsoft.com, "Command-Line Options". */

export type MsiexecAction =
  | 'install'
  | 'repair'
  | 'uninstall'
  | 'administrative'
  | 'advertise'
  | 'patch'
  | 'other';

export type MsiexecTarget =
  | { readonly kind: 'package'; readonly path: string }
  | { readonly kind: 'product'; readonly productCode: string };

export type MsiexecCommand = {
  readonly action: MsiexecAction;
  /** Undefined where the line names none. */
  readonly target: MsiexecTarget | undefined;
  /** Letters behind /f, in lower case. */
  readonly repairMode: string;
  /** By name in upper case, as msiexec takes them; the last one counts. */
  readonly properties: ReadonlyMap<string, string>;
};

/** As the contract limits command lines. */
const mostCharacters = 4096;

const longOptions: ReadonlyMap<string, string> = new Map([
  ['package', 'i'],
  ['uninstall', 'x'],
  ['update', 'p'],
  ['log', 'l'],
  ['quiet', 'q'],
  ['passive', 'q'],
]);
/** Options without a part in what is changed, and whether the word behind them is theirs. */
const asides: readonly (readonly [pattern: RegExp, taken: boolean])[] = [
  [/^(?:norestart|promptrestart|forcerestart|q[nbrf]?[+\-!]*)$/, false],
  [/^l(?:[iwearmucopvx+!*]*)$/, true],
  [/^[mt]$/, true],
  [/^c$/, false],
];

/**
 * Words of a Windows command line: blanks separate, quotation marks keep blanks in a word and stay in it, because the
 * value of a property may begin with one; two of them inside are one of the value.
 */
export function commandWords(line: string): readonly string[] {
  return line.match(/(?:[^\s"]|"(?:[^"]|"")*(?:"|$))+/g) ?? [];
}

function unquoted(word: string): string {
  return word.replace(/"((?:[^"]|"")*)(?:"|$)/g, (_, inside: string) => inside.replaceAll('""', '"'));
}

function targetOf(text: string): MsiexecTarget | undefined {
  if (text === '') return undefined;
  return /^\{[^\\/]*\}$/.test(text)
    ? { kind: 'product', productCode: text.toUpperCase() }
    : { kind: 'package', path: text };
}

type Option = {
  readonly action: MsiexecAction;
  readonly mode: string /** Written without a blank between. */;
  readonly glued: string;
};

const actions: ReadonlyMap<string, MsiexecAction> = new Map([
  ['i', 'install'],
  ['x', 'uninstall'],
  ['a', 'administrative'],
  ['p', 'patch'],
]);

/** An option that does something: `/i`, `/X{code}`, `/fvomus`, `/ju`; undefined for all others. */
function actionOf(option: string): Option | undefined {
  const short = longOptions.get(option.toLowerCase()) ?? option;
  const [, repairMode, repaired] = /^f([poedacmusv]*)(\{.*\}|[a-z]:\\.*)?$/i.exec(short) ?? [];
  if (repairMode !== undefined) {
    return { action: 'repair', mode: repairMode.toLowerCase(), glued: repaired ?? '' };
  }
  if (/^j[um]?$/i.test(short)) return { action: 'advertise', mode: '', glued: '' };
  const action = actions.get(short.charAt(0).toLowerCase());
  if (action === undefined) return undefined;
  const glued = short.slice(1);
  return glued === '' || /^(?:\{|[a-z]:\\|")/i.test(glued) ? { action, mode: '', glued } : undefined;
}

function propertyOf(word: string): readonly [string, string] | undefined {
  const [, name, value] = /^([A-Za-z_][\w.]*)=([\s\S]*)$/.exec(word) ?? [];
  return name === undefined || value === undefined ? undefined : [name.toUpperCase(), unquoted(value)];
}

/**
 * @param line with the program as its first word
 * @returns undefined where the program is not msiexec, or the line is longer than any may be
 */
export function parseMsiexec(line: string): MsiexecCommand | undefined {
  if (line.length > mostCharacters) return undefined;
  const [program = '', ...words] = commandWords(line);
  if (!/(?:^|[\\/])msiexec(?:\.exe)?$/i.test(unquoted(program))) return undefined;
  let action: MsiexecAction = 'other';
  let target: MsiexecTarget | undefined;
  let repairMode = '';
  const properties = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!/^"?[/-]/.test(word)) {
      const property = propertyOf(word);
      if (property) properties.set(...property);
      continue;
    }
    const option = unquoted(word).slice(1);
    const aside = asides.find(([pattern]) =>
      pattern.test((longOptions.get(option.toLowerCase()) ?? option).toLowerCase()),
    );
    if (aside) {
      if (aside[1]) index += 1;
      continue;
    }
    const doing = actionOf(option);
    if (doing === undefined) continue;
    if (doing.glued === '') index += 1;
    action = doing.action;
    repairMode = doing.mode;
    target = targetOf(doing.glued === '' ? unquoted(words[index] ?? '') : doing.glued);
  }
  return { action, target, repairMode, properties };
}

/** Last name of a path of either notation. */
export function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}
