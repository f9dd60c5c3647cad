/**
 * The client's own care for its version: it takes the one that its site orders, lays it beside itself, and has it started
 * on trial; as the one on trial it shows its site that it works; as the one that is back it says why.
 */
import type { Schedule } from '../contact.ts';
import type { ClientContext } from '../context.ts';
import { follow } from './follow.ts';
import { prune } from './prune.ts';
import {
  dropVerdict,
  makeVersions,
  readCurrent,
  readTrial,
  readVerdict,
  type Trial,
  withVersions,
  writeBlessing,
} from './record.ts';
import { begun, type Care, idle, restartAgainMs, startIt, type VersionTurn } from './turn.ts';

export type VersionCare = {
  /** The caller has the client to itself. @throws HoldfastError `disk.*` */
  turn(signal: AbortSignal | undefined): Promise<VersionTurn>;
};

/** Milliseconds between two check-ins of a version on trial, and within which the first is due. */
const trialPollMs = 15_000;
export function createVersionCare(context: ClientContext, schedule: Schedule): VersionCare {
  const { installation } = context.options;
  const host = installation?.versions;
  if (!installation || !host) return { turn: async () => idle };
  const care = { context, schedule, installation, host };
  const { clock } = context.ports;
  const beganAt = clock.monotonic();
  let tidied = false;
  return {
    turn: async (signal) => {
      const { identity, policy } = context.journal.state;
      if (!identity) return idle;
      const trial = await withVersions(context.folder, readTrial);
      const runs = trial?.version === context.options.version;
      // A verdict that lies there is on this very version: another one is to tell it.
      if (trial && runs) return await onTrial(care, trial);
      await tellVerdict(care);
      if (trial && (await readCurrent(context.folder)) === trial.version) {
        // The launcher could not count its start: what stood in the way of that may need a while.
        const restMs = beganAt + restartAgainMs - clock.monotonic();
        return restMs > 0 ? { at: clock.now() + restMs, gates: [] } : await startIt(care);
      }
      await tellBlessed(care, trial);
      if (!tidied) await tidy(care);
      tidied = true;
      const order = policy?.index.client?.order;
      return order ? await follow(care, order, signal) : idle;
    },
  };
}

/** The version after this one was given up: told in one commit with the end of its upgrade, then forgotten. */
async function tellVerdict({ context }: Care): Promise<void> {
  await withVersions(context.folder, async (versions) => {
    const verdict = await readVerdict(versions);
    if (!verdict) return;
    const { upgradeId, version, previousVersion, starts, cause, reason } = verdict;
    const known = context.journal.state.version;
    const told = known?.upgradeId === upgradeId && known.state === 'reverted';
    if (!told) {
      await context.reporter.report(
        {
          name: 'version-reverted',
          details: { upgradeId, version, previous: previousVersion, starts, cause, reason },
        },
        {
          kind: 'version',
          progress: {
            ...(known ?? begun(upgradeId, version, verdict.at)),
            version,
            upgradeId,
            state: 'reverted',
          },
        },
      );
    }
    await dropVerdict(versions);
    await prune(context.folder, versions, context.journal.state.version);
  });
}

/** As the version on trial: it says so once, checks in often, and hands on the blessing that comes with its policy. */
async function onTrial(care: Care, trial: Trial): Promise<VersionTurn> {
  const { context, schedule } = care;
  const { journal, reporter, ports, folder } = context;
  const known = journal.state.version;
  if (known?.upgradeId !== trial.upgradeId || known.state !== 'proving') {
    const { upgradeId, version, previousVersion } = trial;
    const progress = { ...(known ?? begun(upgradeId, version, ports.clock.now())), upgradeId, version };
    await reporter.report(
      { name: 'version-on-trial', details: { upgradeId, version, previous: previousVersion } },
      { kind: 'version', progress: { ...progress, state: 'proving' } },
    );
  }
  const blessing = journal.state.policy?.index.client?.blessing;
  if (blessing) {
    await makeVersions(folder, (versions) => writeBlessing(versions, blessing));
    await tellRestart(care, trial);
  }
  schedule.hasten(trialPollMs);
  return { at: ports.clock.now() + trialPollMs, gates: [] };
}

/** Blessed, and on trial until the machine has started anew: told once. */
async function tellRestart(
  { context }: Care,
  { needsRestart, bootId, upgradeId, version }: Trial,
): Promise<void> {
  const { journal, reporter, ports } = context;
  const progress = journal.state.version;
  if (!needsRestart || !progress || (await ports.boot.id()) !== bootId) return;
  const reason = 'it works, and what it changes is in use until the machine starts anew';
  if (progress.said === reason) return;
  await reporter.report(
    { name: 'version-waits', details: { upgradeId, version, gate: 'restart', reason } },
    { kind: 'version', progress: { ...progress, said: reason } },
  );
}

/** The trial of this version is over, and it still runs: it was blessed. */
async function tellBlessed(care: Care, trial: Trial | undefined): Promise<void> {
  const { context } = care;
  const known = context.journal.state.version;
  if (trial || known?.state !== 'proving' || known.version !== context.options.version) return;
  const { upgradeId, version } = known;
  await context.reporter.report(
    { name: 'version-blessed', details: { upgradeId, version } },
    { kind: 'version', progress: { ...known, state: 'blessed' } },
  );
  await withVersions(context.folder, (versions) =>
    prune(context.folder, versions, context.journal.state.version),
  );
}

/** Tidying up that was cut off is gone on with, once a start: among what is left are keys. */
async function tidy({ context }: Care): Promise<void> {
  const { folder, journal } = context;
  const progress = journal.state.version;
  // What was fetched for a version that is still to come stays.
  if (progress?.state === 'waiting' || progress?.state === 'on-trial') return;
  await withVersions(folder, (versions) => prune(folder, versions, progress));
}
