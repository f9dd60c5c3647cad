/** Taking changes back, and taking up what a crash left behind. */
import type { Change } from './change.ts';
import { attempt, type JobReport, type JobWork, paused, report, setBack, setbackOf } from './job-work.ts';

/** Takes one change back; answers a report where that did not go: then it is tried again. */
export async function undoOne(work: JobWork, change: Change): Promise<JobReport | undefined> {
  const record = work.record.changes.find(({ name }) => name === change.name);
  if (!record) return undefined;
  const undone = await attempt(() => change.undo(record.note));
  if (!undone.ok) {
    const reason = `${change.name} could not be undone: ${undone.error.message}`;
    return await setBack(work, setbackOf(undone.error), reason);
  }
  await work.mark(change, undefined);
  work.say('undone', change.name, `${change.name} was taken back`);
  return undefined;
}

/** Takes all changes of the job back, the last one first; the job ends with that, until it has another version. */
export async function undoAll(work: JobWork): Promise<JobReport> {
  for (const { name, phase } of [...work.record.changes].reverse()) {
    const change = phase === 'refused' ? undefined : work.job.changes.find((one) => one.name === name);
    const stuck = change && (await undoOne(work, change));
    if (stuck) return stuck;
  }
  await work.save({ stage: 'undone', wait: null });
  work.say('undone', null, 'everything was taken back');
  return report(work, 'undone');
}

/**
 * What the journal says was begun: finished where the machine shows that it was done, or else undone. Answers a report
 * where the job cannot go on in this pass.
 */
export async function takeUp(work: JobWork, bootId: string): Promise<JobReport | undefined> {
  const { stage, changes, history } = work.record;
  if (stage === 'undone') return report(work, 'undone');
  const begun = changes.find(({ phase }) => phase === 'applying' || phase === 'applied');
  if (stage !== 'undoing' && !begun) return undefined;
  if (begun?.phase === 'applied' && history.rebootAfter === bootId) return undefined;
  const waiting = paused(work);
  if (waiting) return waiting;
  if (stage === 'undoing') return await undoAll(work);
  const change = work.job.changes.find(({ name }) => name === begun?.name);
  if (!change || !begun) {
    // Another version of the job, without this change: nobody can say any more how to undo it.
    await work.save({ changes: changes.filter((one) => one !== begun) });
    return undefined;
  }
  return await settleBegun(work, change, begun.phase === 'applied');
}

async function settleBegun(
  work: JobWork,
  change: Change,
  afterRestart: boolean,
): Promise<JobReport | undefined> {
  const condition = await attempt(() => change.postcondition());
  if (!condition.ok) return await setBack(work, 'undetectable', condition.error.message);
  if (condition.value.holds) {
    const note = work.record.changes.find(({ name }) => name === change.name)?.note ?? null;
    await work.mark(change, { phase: 'verified', note, reason: null });
    work.say('verified', change.name, `the post-condition of ${change.name} holds`);
    return undefined;
  }
  const { reason } = condition.value;
  const happened = afterRestart ? 'the machine has restarted' : `${change.name} was interrupted`;
  const stuck = await undoOne(work, change);
  return (
    stuck ?? (await setBack(work, afterRestart ? 'unverified' : 'interrupted', `${happened}, and ${reason}`))
  );
}
