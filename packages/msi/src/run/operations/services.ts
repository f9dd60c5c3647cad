/** Services are made, removed, started and stopped. */
import { isHoldfastError } from '@holdfast/contract';
import type { HostServices } from '../../host/model.ts';
import type { Bench, Numbered, Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import { changeOf } from '../kept-changes.ts';
import type { StepOf } from '../steps.ts';

/** The service as it was: by its own functions, and then everything else that its key had. */
async function restore(
  { before, undo }: Pick<StepOf<'put-service'>, 'before' | 'undo'>,
  name: string,
  { host: { services, registry } }: Bench,
): Promise<void> {
  if (before !== null) await services.put(before);
  else if ((await services.get(name)) !== undefined) await services.remove(name);
  await registry.apply(undo.map(changeOf));
}

export const putService: Operating<StepOf<'put-service'>> = {
  async apply({ configuration }, { host: { services } }) {
    const { name, displayName } = configuration;
    await services.put(configuration);
    const now = (await services.get(name))?.configuration;
    if (now?.binaryPath === configuration.binaryPath && now.start === configuration.start) return;
    throw installerFailure(
      installerErrors.serviceUninstalled,
      [displayName, name],
      `The service ${name} is not as it was installed.`,
    );
  },
  undo: (step, bench) => restore(step, step.configuration.name, bench),
};

/** What fails is a failure only where the package says so. */
async function asked(
  step: Numbered<{ readonly name: string; readonly vital: boolean }>,
  { log, passedOver }: Bench,
  number: number,
  ask: () => Promise<void>,
): Promise<void> {
  try {
    await ask();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    // What a disk refuses is no answer of a service: nobody may pass that over.
    const isDisk = isHoldfastError(thrown) && thrown.code.startsWith('disk.');
    if (step.vital || isDisk) throw installerFailure(number, [step.name, step.name], reason, thrown);
    await log.message('warning', `${step.action}: ${reason}`);
    passedOver.push({ action: step.action, reason, vital: false });
  }
}

export const removeService: Operating<StepOf<'remove-service'>> = {
  apply: (step, bench) =>
    asked(step, bench, installerErrors.serviceUnremoved, async () => {
      const { services } = bench.host;
      if ((await services.get(step.name)) !== undefined) await services.remove(step.name);
    }),
  undo: async (step, bench) => {
    if (step.before !== null) await restore(step, step.name, bench);
  },
};

type Running = StepOf<'start-service'> | StepOf<'stop-service'>;

/** Brings a service into a state, where services run at all. */
async function bring(services: HostServices, { name, words }: Running, run: boolean): Promise<void> {
  const now = await services.get(name);
  if (now === undefined ? !run : now.running === run) return;
  await (run ? services.start(name, words) : services.stop(name));
}

function skipped({ action, name }: Numbered<Running>, { host, passedOver }: Bench): boolean {
  if (host.services.run) return false;
  passedOver.push({ action, reason: `No service runs here: ${name}.`, vital: false });
  return true;
}

async function goBack(step: Running, { host: { services } }: Bench): Promise<void> {
  if (!services.run) return;
  try {
    await bring(services, step, step.running);
  } catch (thrown) {
    // Whether a service runs is no part of what is installed: it is not worth leaving the rest half undone.
    if (!isHoldfastError(thrown)) throw thrown;
  }
}

export const startService: Operating<StepOf<'start-service'>> = {
  async apply(step, bench) {
    if (skipped(step, bench)) return;
    await asked(step, bench, installerErrors.serviceUnstarted, () => bring(bench.host.services, step, true));
  },
  undo: goBack,
};

export const stopService: Operating<StepOf<'stop-service'>> = {
  async apply(step, bench) {
    if (skipped(step, bench)) return;
    await asked(step, bench, installerErrors.serviceUnstopped, () => bring(bench.host.services, step, false));
  },
  undo: goBack,
};
