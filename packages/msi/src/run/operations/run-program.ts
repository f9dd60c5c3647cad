/** A custom action: a program of the package, run when its kind says so. */
import { HoldfastError } from '@holdfast/contract';
import type { WindowsHost } from '../../host/model.ts';
import { hiddenValue, hideTargetBit } from '../../log/masking.ts';
import type { CustomAction } from '../../plan/model.ts';
import type { Bench, Numbered, Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import type { StepOf } from '../steps.ts';

/** Milliseconds that a program may take: an installation must not hang for ever on a question that nobody sees. */
const longestRun = 3_600_000;

async function exitOf(
  processes: NonNullable<WindowsHost['processes']>,
  { program, arguments: words, folder }: CustomAction,
  { clock, machine }: WindowsHost,
): Promise<number | null> {
  const running = await processes.start({
    program,
    arguments: words,
    folder: folder ?? machine.folders.get('WindowsFolder') ?? 'C:\\',
  });
  const waiting = new AbortController();
  const late = clock.sleep(longestRun, waiting.signal).then(
    () => true,
    () => false,
  );
  const ended = await Promise.race([running.exit.then(({ code }) => ({ code })), late]);
  if (typeof ended === 'object') {
    waiting.abort();
    return ended.code;
  }
  await running.kill();
  throw new HoldfastError('process.timeout', `${program} did not end within an hour.`);
}

/** @throws HoldfastError `installer.failed` where it fails and is vital */
async function run(
  { customAction, action }: Numbered<StepOf<'run-program'>>,
  { host, log, passedOver }: Bench,
  vital: boolean,
): Promise<void> {
  const { id, program, type } = customAction;
  // Its values go into messages and logs.
  const words = (type & hideTargetBit) === 0 ? customAction.arguments : hiddenValue;
  if (host.processes === undefined) {
    await log.skip(id, 'this machine runs no programs of Windows');
    passedOver.push({
      action,
      reason: 'This machine runs no programs of Windows.',
      vital: customAction.vital,
    });
    return;
  }
  await log.customAction({ id, type, source: program, target: words });
  let code: number | null;
  try {
    code = await exitOf(host.processes, customAction, host);
  } catch (thrown) {
    await log.customActionFailed(id, installerErrors.programUnstarted, !vital);
    const happened = thrown instanceof Error ? thrown.message : String(thrown);
    if (vital)
      throw installerFailure(installerErrors.programUnstarted, [id, program, words], happened, thrown);
    passedOver.push({ action, reason: happened, vital: false });
    return;
  }
  if (code === 0) return;
  await log.customActionFailed(id, code ?? -1, !vital);
  const happened = `The program of the custom action ${id} ended with ${code ?? 'a kill'}.`;
  if (vital) throw installerFailure(installerErrors.programFailed, [id, program, words], happened);
  passedOver.push({ action, reason: happened, vital: false });
}

export const runProgram: Operating<StepOf<'run-program'>> = {
  async apply(step, bench) {
    const { when, vital } = step.customAction;
    if (when === 'rollback' || when === 'commit') return;
    // From here on those of rollback that stand before it are owed, whatever happens.
    await bench.journal.commit({ kind: 'begins', step: step.number });
    await run(step, bench, vital);
    // It may have removed folders that were made here.
    bench.made.clear();
  },
  async undo(step, bench) {
    const { state } = bench.journal;
    if (step.customAction.when !== 'rollback') return;
    if (step.number > state.reached || state.ended.includes(step.number)) return;
    await run(step, bench, false);
    await bench.journal.commit({ kind: 'ended', step: step.number });
  },
  async finish(step, bench) {
    const { state } = bench.journal;
    if (step.customAction.when !== 'commit' || state.ended.includes(step.number)) return;
    await run(step, bench, false);
    await bench.journal.commit({ kind: 'ended', step: step.number });
  },
};
