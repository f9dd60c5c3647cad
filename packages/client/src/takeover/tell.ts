/** What the site is told of a takeover, committed with how far it is. */
import type { StatusName, Uuid } from '@holdfast/contract';
import type { ClientContext } from '../context.ts';
import type { TakeoverProgress } from './progress.ts';

/** A standing fact is told once. */
export async function tell(
  { reporter, journal }: Pick<ClientContext, 'reporter' | 'journal'>,
  takeoverId: Uuid,
  progress: TakeoverProgress,
  name: StatusName,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  const said = `${name} ${Object.values(details).join(' ')}`;
  const kept = { kind: 'takeover', takeoverId, progress: { ...progress, said } } as const;
  const before = journal.state.takeovers?.[takeoverId];
  if (before?.said === said && before.tries === progress.tries) {
    if (JSON.stringify(before) !== JSON.stringify(kept.progress)) await journal.commit(kept);
    return;
  }
  await reporter.report({ name, details: { takeoverId, agent: progress.rule.name, ...details } }, kept);
}
