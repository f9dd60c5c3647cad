/** Phase `install`: the package becomes the client on this machine, by the platform's installer or by its files. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import {
  carryOut,
  firstClosedGate,
  type Observed,
  recover,
  type Step,
  type StepRecorder,
  type Verdict,
} from '@holdfast/engine';
import { settleName } from '../installer/tree.ts';
import { filesOfPackage } from './installation.ts';
import { installedVersion } from './installed.ts';
import { installCommand, removeCommand, systemSays } from './installers.ts';
import { layOutPackage } from './layout.ts';
import { chosenOf, keepPackage } from './obtain.ts';
import { setupGates } from './prerequisites.ts';
import { removeTreeOf } from './removal.ts';
import { ended, type Phase, type PhaseOutcome, type SetUp } from './set-up.ts';

/** Milliseconds that an installer may run, sleep of the machine left out. */
const longestRunMs = 30 * 60_000;

export const installPackage: Phase = async (setUp) => {
  const { host, progress, keep } = setUp;
  const begun = await takeUp(setUp);
  if (begun) return begun;
  const before = await observe(setUp);
  if (before.present && !(progress().request.forceInstall && !progress().removed)) {
    host.log('everything of the package is in its place');
    await settleName(host.ports.disk, host.places.install);
    await keepPackage(setUp);
    return ended;
  }
  const gates = setupGates(setUp);
  const closed = await firstClosedGate(gates);
  if (closed) return { kind: 'waits', reason: `${closed.gate}: ${closed.reason}`, gates };
  if (progress().request.forceInstall && !progress().removed) {
    const outcome = await removeFirst(setUp);
    if (outcome.kind !== 'ended') return outcome;
    await keep({ removed: true, running: null });
  }
  return await bringIn(setUp);
};

async function bringIn(setUp: SetUp): Promise<PhaseOutcome> {
  const { host } = setUp;
  const { package: wanted } = chosenOf(setUp);
  host.log(`installing ${wanted.name}`);
  if (wanted.kind === 'tar.gz') {
    await host.ports.starters?.stop('service');
    await layOutPackage(setUp);
    const { present, reason } = await observe(setUp);
    if (!present) throw new HoldfastError('installer.failed', `The package was laid out, and ${reason}.`);
    await keepPackage(setUp);
    return ended;
  }
  const outcome = await run(setUp, {
    ...stepBase(setUp),
    intent: 'install',
    command: await installCommand(setUp, wanted.kind),
    detect: () => observe(setUp),
  });
  if (outcome.kind === 'ended') await keepPackage(setUp);
  return outcome;
}

/** Uninstalls what is there, state and identity left alone. */
async function removeFirst(setUp: SetUp): Promise<PhaseOutcome> {
  const { host } = setUp;
  const { kind } = chosenOf(setUp).package;
  const present = async () =>
    (await installedVersion(host.ports.disk, host.places.install, host.releaseKey)) !== undefined;
  if (!(await present())) return ended;
  host.log('uninstalling what is there');
  await host.ports.starters?.stop('service');
  if (kind === 'tar.gz') {
    await removeTreeOf(host);
    return ended;
  }
  const detect = async (): Promise<Observed> => {
    const isThere = await present();
    return { present: isThere, reason: isThere ? 'the client is still there' : 'the client is gone' };
  };
  return await run(setUp, {
    ...stepBase(setUp),
    intent: 'uninstall',
    command: removeCommand(setUp, kind),
    detect,
  });
}

/** An installer that an earlier life of this set-up started: waited for, and never started a second time beside itself. */
async function takeUp(setUp: SetUp): Promise<PhaseOutcome | undefined> {
  const { host, progress, keep } = setUp;
  const { running } = progress();
  if (running === null) return undefined;
  const step = { intent: 'install' as const, maxRunMs: longestRunMs, detect: () => observe(setUp) };
  const verdict = await recover(host.ports, step, running, recorder(setUp), 0);
  if (verdict.kind === 'running')
    return { kind: 'waits', reason: 'the installer of before still runs', gates: [] };
  await keep({ running: null });
  // Whatever it came to, the phase looks anew: what is in its place stays, what is not is installed again.
  return verdict.kind === 'restart-needed' ? await restart(setUp, verdict.reason) : undefined;
}

type Work = Pick<Step, 'intent' | 'command' | 'exitCodes' | 'maxRunMs' | 'gates' | 'detect'>;

const stepBase = (setUp: SetUp) => ({ exitCodes: [], maxRunMs: longestRunMs, gates: setupGates(setUp) });

async function run(setUp: SetUp, step: Work): Promise<PhaseOutcome> {
  const { host, signal, keep } = setUp;
  const verdict = await carryOut(host.ports, step, recorder(setUp), signal);
  if (verdict.kind === 'gate-closed') {
    return { kind: 'waits', reason: `${verdict.gate}: ${verdict.reason}`, gates: step.gates };
  }
  await keep({ running: null });
  return await outcomeOf(setUp, verdict);
}

async function outcomeOf(setUp: SetUp, verdict: Verdict): Promise<PhaseOutcome> {
  switch (verdict.kind) {
    case 'reached':
      return ended;
    case 'restart-needed':
      return await restart(setUp, verdict.reason);
    case 'setback':
      throw new HoldfastError(
        codeOf[verdict.setback] ?? 'installer.failed',
        `The installer did not bring it: ${verdict.reason}.`,
      );
  }
}

const codeOf: Partial<Record<Extract<Verdict, { kind: 'setback' }>['setback'], ErrorCode>> = {
  busy: 'installer.running',
  'not-ready': 'system.not-ready',
};

/** The machine may be as it should be already: it is so for good only after the restart. */
async function restart({ host, keep }: SetUp, reason: string): Promise<PhaseOutcome> {
  await keep({ running: null, restartFrom: await host.ports.boot.id() });
  return { kind: 'restart', reason };
}

function recorder({ progress, keep }: SetUp): StepRecorder {
  const change = async (change: Partial<NonNullable<ReturnType<typeof progress>['running']>>) => {
    const { running } = progress();
    await keep({ running: { mark: '', identity: null, end: null, ...running, ...change } });
  };
  return {
    starting: (mark) => keep({ running: { mark, identity: null, end: null } }),
    started: (identity) => change({ identity }),
    ended: (end) => change({ end }),
  };
}

/** What the machine has of the chosen package: its files by their hashes, and what the installer's own book says. */
async function observe(setUp: SetUp): Promise<Observed> {
  const { host } = setUp;
  const trouble = (await filesOfPackage(setUp, host.places.install)) ?? (await systemSays(setUp));
  return { present: trouble === undefined, reason: trouble ?? 'all of it is in its place' };
}
