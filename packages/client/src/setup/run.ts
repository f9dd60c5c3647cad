/** A set-up from its first word to its end, in as many lives of the program as it takes. */
import { HoldfastError, setupExit } from '@holdfast/contract';
import { openPath, withOpen } from '@holdfast/engine';
import { begin, intentOf, lookForClient } from './begin.ts';
import { drive } from './drive.ts';
import { bringToEnd, leaveNothing } from './ending.ts';
import type { SetupHost } from './host.ts';
import { keepProgram } from './keep-program.ts';
import { phasesOf } from './phases.ts';
import { setupFolder } from './places.ts';
import {
  openSetupJournal,
  type Progress,
  type SetupEnd,
  type SetupJournal,
  setupJournalName,
} from './progress.ts';
import { type Delivery, reportDelivery } from './reports.ts';
import type { SetupRequest } from './request.ts';
import type { SetUp } from './set-up.ts';

/** Whether a set-up has begun on this machine that has not come to its end. */
export async function setupUnderWay({
  ports,
  places,
}: Pick<SetupHost, 'ports' | 'places'>): Promise<boolean> {
  return await withOpen(ports.disk.open(places.state), async (state) => {
    return await withOpen(openPath(state, [setupFolder], { create: true }), async (folder) => {
      if (!(await folder.entry(setupJournalName))) return false;
      const journal = await openSetupJournal(folder);
      const { progress } = journal.state;
      await journal.close();
      return progress !== null && progress.end === null;
    });
  });
}

export type SetupRun = {
  readonly signal?: AbortSignal;
  /** Has the hook do the work, and does not wait for it. */
  readonly handOver?: boolean;
};

/** What a set-up would do, without doing any of it. */
export async function foreseeSetup(host: SetupHost, request: SetupRequest) {
  return await withOpen(host.ports.disk.open(host.places.state), async (state) => {
    const present = await lookForClient(host, state);
    const intent = intentOf(request, present);
    return {
      intent,
      installed: present.version,
      enrolled: present.site !== null,
      phases:
        request.stopIfPresent && present.client
          ? []
          : phasesOf(intent, present.predecessors.length > 0).map(({ name }) => name),
    };
  });
}

/**
 * Sets up, repairs or uninstalls the client. One at a time: the caller holds the folder.
 *
 * @param request undefined: goes on with what is under way, as the hook asks
 * @throws the signal's reason; HoldfastError `disk.*` where the journal itself cannot be kept
 */
export async function runSetup(
  host: SetupHost,
  request: SetupRequest | undefined,
  { signal, handOver = false }: SetupRun = {},
): Promise<SetupEnd> {
  return await withOpen(host.ports.disk.open(host.places.state), async (state) => {
    const present = await lookForClient(host, state);
    if (request?.stopIfPresent && present.client) {
      return { exit: setupExit.succeeded, text: 'A client is here already.' };
    }
    return await withOpen(openPath(state, [setupFolder], { create: true }), async (folder) => {
      const journal = await openSetupJournal(folder);
      try {
        const begun = await begin(host, journal, request, present);
        const delivery = reportDelivery(host.ports, journal, state);
        if (begun === undefined) return await nothingUnderWay(host, delivery);
        const setUp = { host, state, folder, journal, signal, ...access(journal) };
        return await live(setUp, delivery, handOver);
      } finally {
        await journal.close();
      }
    }).finally(() => leaveNothing(host, state));
  });
}

function access(journal: SetupJournal): Pick<SetUp, 'progress' | 'keep'> {
  const progress = (): Progress => {
    const { progress } = journal.state;
    if (progress === null) throw new HoldfastError('internal', 'No set-up is under way.');
    return progress;
  };
  return {
    progress,
    keep: async (change) =>
      void (await journal.commit({ progress: { ...progress(), ...change }, reports: [] })),
  };
}

async function nothingUnderWay(host: SetupHost, delivery: Delivery): Promise<SetupEnd> {
  await delivery.now();
  await host.hook?.clear();
  return { exit: setupExit.succeeded, text: 'No set-up is under way.' };
}

async function live(setUp: SetUp, delivery: Delivery, handOver: boolean): Promise<SetupEnd> {
  const { host, progress } = setUp;
  if (progress().end === null && host.hook) {
    await keepProgram(setUp);
    await host.hook.set();
    if (handOver) {
      await host.hook.start();
      return { exit: setupExit.succeeded, text: 'The set-up goes on in the background.' };
    }
  }
  const over = progress().end !== null;
  const end = await drive(setUp, delivery);
  if (progress().end !== null) await bringToEnd(setUp, delivery, end, over);
  return end;
}
