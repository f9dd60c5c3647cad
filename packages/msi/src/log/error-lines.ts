/** Lines that tell of errors: with their text, as notes, by custom actions, or in the name of the product. */
import { addError, addNote, type Draft, limits, safeText } from './draft.ts';
import type { At, LineRule } from './line-rule.ts';

/** Numbers of the Error table that no Note of them says anything new. */
const quietNotes: ReadonlySet<number> = new Set([1707, 1708, 1709, 1715, 1724, 1725, 1728, 1729, 2318]);

/** `2: a 3: b`: the values of a note, in their order. */
function noteValues(text: string): readonly string[] {
  const values: string[] = [];
  let start = text.startsWith('2: ') ? 3 : -1;
  for (let number = 3; start !== -1 && values.length < limits.values; number += 1) {
    const mark = ` ${number}: `;
    const end = text.indexOf(mark, Math.max(0, start - 1));
    values.push(text.slice(start, end === -1 ? undefined : end).trim());
    start = end === -1 ? -1 : end + mark.length;
  }
  return values;
}

function note(draft: Draft, [digits = '', rest = '']: readonly string[], at: At): void {
  const code = Number(digits);
  const values = noteValues(rest);
  // Looking whether a key or the file of a suspended installation is there fails as a rule.
  const usual =
    (code === 1402 && values[1] === '2') || (code === 2203 && /inprogressinstallinfo/i.test(values[0] ?? ''));
  if (!usual && !quietNotes.has(code)) addNote(draft, code, values, at());
}

function productLine(draft: Draft, [name = '', text = '']: readonly string[], at: At): void {
  if (draft.nested === 0 && name !== '' && !draft.properties.has('ProductName')) {
    draft.properties.set('ProductName', safeText(name, limits.value));
  }
  const [, digits, rest = ''] = /^(?:Internal )?Error (\d{4,5})\.\s*(.*)$/s.exec(text) ?? [];
  if (digits !== undefined) addError(draft, Number(digits), rest, [], at());
  else if (!/ (?:completed successfully|failed)\.?\s*$/.test(text)) {
    draft.message ??= { ...at(), text: safeText(text.trim()) };
  }
}

function unexpected(draft: Draft, [digits = '', values = '']: readonly string[], at: At): void {
  const parts = values === '' ? [] : values.split(', ', limits.values);
  addError(draft, Number(digits), values, parts, at());
}

export const errorLines: readonly LineRule[] = [
  { start: 'Note: 1: ', pattern: /^Note: 1: (\d{1,5}) ?(.*)$/s, take: note },
  {
    start: 'CustomAction ',
    pattern: /^CustomAction (\S+) returned actual error code (-?\d{1,10})(.*)$/s,
    take: (draft, [name = '', code = '', rest = ''], at) => {
      if (draft.failure !== undefined || rest.includes('translated to success')) return;
      draft.customAction = { name, code: Number(code), evidence: at() };
    },
  },
  {
    start: 'Error ',
    pattern: /^Error (\d{4,5})\.\s*(.*)$/s,
    take: (draft, [code = '', text = ''], at) => addError(draft, Number(code), text, [], at()),
  },
  {
    start: 'Internal Error ',
    pattern: /^Internal Error (\d{4,5})\.\s*(.*)$/s,
    take: (draft, [code = '', text = ''], at) =>
      addError(draft, Number(code), text, text.split(', ', limits.values), at()),
  },
  {
    start: 'DEBUG: Error ',
    pattern: /^DEBUG: Error (\d{4,5}):\s*(.*)$/s,
    take: (draft, [code = '', text = ''], at) => addError(draft, Number(code), text, [], at()),
  },
  {
    start: 'The installer has encountered an unexpected error',
    pattern: /The error code is (\d{4,5})\.(?: The arguments are: (.*))?$/s,
    take: unexpected,
  },
  {
    start: 'Info 1603',
    pattern: /^Info 1603\./,
    take: (draft, _, at) => {
      draft.inUse ??= at();
    },
  },
  { start: 'Product: ', pattern: /^Product: (.*?) -- (.*)$/s, take: productLine },
  {
    start: 'Protected file',
    pattern: /^Protected file - requesting installation by SFP: (.+)$/s,
    take: (draft, [path = '']) => {
      if (draft.protectedFiles.length < limits.protectedFiles) {
        draft.protectedFiles.push(safeText(path.trim(), limits.value));
      }
    },
  },
  {
    start: 'Failed to grab execution mutex',
    pattern: /^/,
    take: (draft, _, at) => {
      draft.busy ??= at();
    },
  },
  {
    start: 'SOURCEMGMT: Failed to resolve source',
    pattern: /^/,
    take: (draft, _, at) => {
      draft.source ??= at();
    },
  },
];
