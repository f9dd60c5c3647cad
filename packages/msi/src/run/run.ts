/**
 * Carries out a plan: all of it, or nothing.
 *
 * 1. Every file that will be placed is staged beside its place, durable and verified; nothing visible has changed.
 * 2. Every file that will be replaced is copied, durable; what the registry and the services say is read.
 * 3. One durable record holds all steps, each with what undoes it.
 * 4. The steps are applied, each looked at after it. A failure, or a power cut, undoes them from the record.
 * 5. "Committed" is made durable. What cannot be undone (removals, programs of commit) is done only now, and is gone on
 *    with after a power cut.
 */
import type { WindowsHost } from '../host/model.ts';
import type { Plan } from '../plan/model.ts';
import { applyAll, type Batch, subjectOf } from './apply.ts';
import { type Area, areaOf, makeArea, removeArea } from './area.ts';
import { type Bench, benchOf } from './bench.ts';
import { exitCodes } from './exit-codes.ts';
import { causeOf, installerErrors, installerFailure } from './failure.ts';
import { silentLog } from './log-silent.ts';
import type { PassedOver, RunCause, RunLog, RunOptions, RunResult, RunSources } from './model.ts';
import { prepare } from './prepare.ts';
import { openRecord, type RunJournal } from './record.ts';
import { finishAll, numbered, undoAll } from './settle.ts';
import { stageAll } from './stage.ts';
import { createTeller, type Teller, tellRefused } from './tell.ts';

type Attempted = Extract<Awaited<ReturnType<typeof undoAll>>, object>;

/** Custom actions that this machine cannot run; they are found before anything is changed. */
function notRunHere({ operations, skipped }: Plan, host: WindowsHost): readonly PassedOver[] {
  const programs =
    host.processes === undefined ? operations.filter(({ kind }) => kind === 'run-program') : [];
  return [
    ...skipped.filter(({ vital }) => vital),
    ...programs.flatMap((operation) =>
      operation.kind === 'run-program' && isVital(operation.customAction)
        ? [{ action: operation.action, reason: 'This machine runs no programs of Windows.', vital: true }]
        : [],
    ),
  ];
}

/** Those of rollback and commit come too late to fail anything. */
function isVital({ vital, when }: { readonly vital: boolean; readonly when: string }): boolean {
  return vital && when !== 'rollback' && when !== 'commit';
}

type Run = {
  readonly host: WindowsHost;
  readonly plan: Plan;
  readonly sources: RunSources;
  readonly options: RunOptions;
  readonly log: RunLog;
  readonly passedOver: PassedOver[];
};

/** Stages, copies, and begins the journal. Whatever fails in it has changed nothing. */
async function begin(run: Run, area: Area): Promise<RunJournal> {
  const { host, plan, sources, options } = run;
  const progress = (done: number, total: number) => options.progress?.('stage', done, total);
  await makeArea(host.files, area);
  const staged = await stageAll(host.files, area, plan.operations, sources, progress);
  const steps = await prepare(host, area, plan, staged);
  const { productCode, productName } = plan;
  return await openRecord(host.files, area, { productCode, productName, steps });
}

/** Whether the commit is on the disk, even where saying so failed. */
async function commit({ journal, waiting }: Bench): Promise<boolean> {
  try {
    await journal.commit({ kind: 'committed', waiting: [...waiting] });
  } catch (thrown) {
    // It may be there or not: with nothing more to say the journal is read back.
    await journal.commit();
    if (!journal.state.committed) throw thrown;
  }
  return true;
}

/** Once something is changed, a log that cannot be written keeps nobody from bringing it to an end. */
async function told({ passedOver }: Run, tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (thrown) {
    const reason = `The log could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    passedOver.push({ action: 'InstallFinalize', reason, vital: false });
  }
}

async function rollBack(run: Run, bench: Bench, cause: RunCause, teller: Teller): Promise<RunResult> {
  const { options, log, passedOver } = run;
  const { steps } = bench.journal.state;
  const total = steps.length;
  await told(run, async () => {
    await log.error(cause.installerError, cause.values);
    await teller.end('failure');
    await log.rollingBack(steps.toReversed().map((step) => `${step.action} ${subjectOf(step)}`));
  });
  const end = await undoAll(bench, (done) => options.progress?.('undo', done, total));
  const exitCode = cause.installerError === installerErrors.cancelled ? exitCodes.cancelled : exitCodes.fatal;
  return { exitCode, outcome: outcomeOf(end, 'undone'), cause, passedOver, restart: [] };
}

function outcomeOf(end: Attempted, outcome: 'done' | 'undone'): RunResult['outcome'] {
  return end.ended ? outcome : 'later';
}

async function finishUp(run: Run, bench: Bench): Promise<RunResult> {
  const { plan, options, log, passedOver } = run;
  const end = await finishAll(bench, (done, total) => options.progress?.('finish', done, total));
  const restart = [...new Set(bench.restart)];
  if (plan.restart) restart.push('The package asks for a restart.');
  if (!end.ended) restart.push('What is left to be removed is removed when the installer is next started.');
  if (restart.length > 0) await told(run, () => log.restart('later', plan.restart ? 2 : 1));
  const exitCode = restart.length > 0 ? exitCodes.restartNeeded : exitCodes.success;
  return { exitCode, outcome: outcomeOf(end, 'done'), passedOver, restart };
}

async function carryOut(run: Run, area: Area): Promise<RunResult> {
  const { host, plan, options, log, passedOver } = run;
  const teller = createTeller(plan, log);
  await teller.begin();
  let journal: RunJournal;
  try {
    journal = await begin(run, area);
  } catch (thrown) {
    const cause = causeOf(thrown, 'InstallInitialize', area.path);
    // What is left where even this fails is removed at the next start: an area without a journal is nobody's.
    const removed = await removeArea(host.files, area).then(
      () => true,
      () => false,
    );
    await told(run, async () => {
      await log.error(cause.installerError, cause.values);
      await teller.end('failure');
    });
    return {
      exitCode: exitCodes.fatal,
      outcome: removed ? 'undone' : 'later',
      cause,
      passedOver,
      restart: [],
    };
  }
  const bench = benchOf({ host, area, journal, log, passedOver });
  const steps = numbered(journal.state.steps);
  let now: Batch | undefined;
  const tell = {
    async began(batch: Batch) {
      now = batch;
      await teller.began(batch.steps);
    },
    done: ({ steps: [first] }: Batch) => options.progress?.('apply', first.number + 1, steps.length),
  };
  try {
    await applyAll(steps, bench, tell, options.signal);
    await commit(bench);
  } catch (thrown) {
    const [step] = now?.steps ?? [];
    const cause = causeOf(
      thrown,
      step?.action ?? 'InstallFinalize',
      step === undefined ? '' : subjectOf(step),
    );
    return await rollBack(run, bench, cause, teller);
  }
  await told(run, () => teller.end('success'));
  return await finishUp(run, bench);
}

/**
 * Carries out a plan. Whoever calls holds the lock of the machine and has called `recoverInstallations`.
 * @param sources packages that files are placed from
 * @returns what became of it; never throws for what the plan, the packages or the machine do wrong
 */
export async function run(
  host: WindowsHost,
  plan: Plan,
  sources: RunSources,
  options: RunOptions = {},
): Promise<RunResult> {
  const { log = silentLog } = options;
  const passedOver: PassedOver[] = [...plan.skipped];
  const nothing = { outcome: 'nothing-done', passedOver, restart: [] } as const;
  if (plan.refusal !== undefined) {
    const { message } = plan.refusal;
    await tellRefused(log, () => log.message('error', message));
    const cause = causeOf(
      installerFailure(plan.refusal.exitCode, [], plan.refusal.message),
      'InstallValidate',
      '',
    );
    return { ...nothing, exitCode: plan.refusal.exitCode, cause };
  }
  const [vital] = options.passOverVitalActions === true ? [] : notRunHere(plan, host);
  if (vital !== undefined) {
    const failure = installerFailure(installerErrors.programUnstarted, [vital.action], vital.reason);
    const cause = causeOf(failure, vital.action, '');
    await tellRefused(log, () => log.error(cause.installerError, cause.values));
    return { ...nothing, exitCode: exitCodes.fatal, cause };
  }
  const bare: Run = { host, plan, sources, options, log, passedOver };
  if (plan.operations.length === 0) {
    const restart = plan.restart ? ['The package asks for a restart.'] : [];
    return { ...nothing, restart, exitCode: plan.restart ? exitCodes.restartNeeded : exitCodes.success };
  }
  return await carryOut(bare, areaOf(host.entropy.uuid()));
}
