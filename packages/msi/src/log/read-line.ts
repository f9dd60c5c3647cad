/** What single lines of an installer log say, whoever wrote it. */
import { actionLines, ended } from './action-lines.ts';
import { type Draft, safeText } from './draft.ts';
import { engineLines } from './engine-lines.ts';
import { errorLines } from './error-lines.ts';
import type { At, LineRule } from './line-rule.ts';

/** Characters that lines are matched by; what is read stands at their beginning. */
const matched = 8192;

/** Rules by the first characters of their lines. */
const byStart = new Map<string, LineRule[]>();
for (const rule of [...actionLines, ...errorLines, ...engineLines]) {
  const first = rule.start.slice(0, 4);
  byStart.set(first, [...(byStart.get(first) ?? []), rule]);
}

/** In a translated log, the end of an action is known by its time, its name and the number at its end. */
const translatedEnd =
  /^[^\d:]{2,60} ?\d{1,2}:\d{2}:\d{2}: ([A-Za-z_][\w.]{0,80})[.。]\s?[^\d]{1,60}(\d)[.。]\s*$/;
const prefix = /^MSI \([a-zA-Z]\) \([0-9A-Fa-f]{2}[:!][0-9A-Fa-f]{2}\)(?: ?\[[\d:]+\])?: ?/;

/** The line without msiexec's prefix, and without the blanks before the lines of a block. */
export function messageOf(line: string): string {
  if (line.startsWith('MSI (')) return line.slice(prefix.exec(line)?.[0].length ?? 0);
  return line.startsWith(' ') ? line.trimStart() : line;
}

/**
 * Reads one line into the draft.
 * @param message as `messageOf` gives it
 * @returns false where the line says nothing
 */
export function readLine(draft: Draft, message: string, number: number): boolean {
  const text = message.length > matched ? message.slice(0, matched) : message;
  const at: At = () => ({ line: number, text: safeText(text.trim()) });
  for (const rule of byStart.get(text.slice(0, 4)) ?? []) {
    if (!text.startsWith(rule.start)) continue;
    const found = rule.pattern.exec(text);
    if (found === null) continue;
    rule.take(draft, found.slice(1), at);
    return true;
  }
  if (text.length > 300 || text.startsWith('Action ')) return false;
  const translated = translatedEnd.exec(text);
  if (translated !== null) ended(draft, translated.slice(1), at);
  return translated !== null;
}
