/** `holdfast msi foresee`: whether a command line can change anything, before it runs. */
import { basename } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { foresee, type InstalledState, openProduct } from '@holdfast/msi';
import { AnsweredNo } from '../../answered-no.ts';
import { plain } from '../../terminal.ts';
import { type Session, text } from '../verb.ts';
import { withPackage } from './open.ts';

/** `none`, `{CODE}` or `{CODE},1.2.3`; @throws HoldfastError `request.invalid` */
function installedState(words: string): InstalledState {
  if (words === 'none') return 'none';
  const [, productCode, version] = /^(\{[0-9A-Fa-f-]{36}\})(?:,(\d+(?:\.\d+){0,3}))?$/.exec(words) ?? [];
  if (productCode === undefined) {
    throw new HoldfastError(
      'request.invalid',
      `"${words}" does not say what is installed: write none, "{CODE}" or "{CODE},1.2.3".`,
    );
  }
  return { productCode: productCode.toUpperCase(), ...(version === undefined ? {} : { version }) };
}

/** The line as it was typed: the shell has taken the quotation marks away. */
export function lineOf(words: readonly string[]): string {
  const [only] = words;
  if (words.length === 1 && only !== undefined) return only;
  return words
    .map((word) => {
      if (!/[\s"]/.test(word)) return word;
      const [, name = '', value = word] = /^([A-Za-z_][\w.]*=)([\s\S]*)$/.exec(word) ?? [];
      return `${name}"${value.replaceAll('"', '""')}"`;
    })
    .join(' ');
}

export async function foreseeCommand(
  session: Session,
  path: string,
  words: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const installed = installedState(text(options, 'installed') ?? 'none');
  const line = lineOf(words);
  if (line === '') throw new HoldfastError('request.invalid', 'Write the command line behind --.');
  const found = await withPackage(path, async (database) =>
    foresee(line, await openProduct(database), installed, basename(path)),
  );
  session.answer({ command: line, ...found }, () =>
    [
      found.changesNothing ? 'It would change nothing.' : 'Nothing says that it would change nothing.',
      ...found.reasons.map(({ code, sentence }) => plain(`  ${code}: ${sentence}`)),
      ...found.cautions.map(({ code, sentence }) => plain(`  (${code}: ${sentence})`)),
    ].join('\n'),
  );
  if (found.changesNothing) throw new AnsweredNo();
}
