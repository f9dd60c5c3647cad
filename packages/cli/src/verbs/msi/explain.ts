/** `holdfast msi explain`: what an installer log says in five lines. */
import { explainFile, explanationLines, mostTelling } from '@holdfast/msi';
import { AnsweredNo } from '../../answered-no.ts';
import { plain } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { openFile } from './open.ts';

export async function explain(session: Session, path: string): Promise<void> {
  await using files = new AsyncDisposableStack();
  const { source } = await openFile(files, path);
  const explanation = await explainFile(source);
  const { installations, lines, leftOut } = explanation;
  const told = mostTelling(installations);
  session.answer(explanation, () => {
    if (told !== undefined) return explanationLines(told).map(plain).join('\n');
    return lines === 0
      ? 'The log is empty: no installation got as far as its first line.'
      : 'There is no installation in this log: it is none of Windows Installer, or was made without /L*v.';
  });
  const others = installations.length + leftOut - 1;
  if (others > 0) {
    session.note(
      `${others} more in this log; this is the one from line ${told?.firstLine ?? 1} (--json has all)`,
    );
  }
  if (told === undefined) throw new AnsweredNo();
}
