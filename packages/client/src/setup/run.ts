/** A set-up from its first word to its end, in as many lives of the program as it takes. */
import { HoldfastError, setupExit, setupPhases } from '@holdfast/contract';
import { openPath, removeIfThere, removeTree, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { begin, intentOf, lookForClient } from './begin.ts';
import { drive } from './drive.ts';
import type { SetupHost } from './host.ts';
import { keepProgram, programCopy, removeProgram, runsFromCopy } from './keep-program.ts';
import { phasesOf } from './phases.ts';
import {
  openSetupJournal,
  type Progress,
  type SetupEnd,
  type SetupJournal,
  setupJournalName,
  type Unsent,
} from './progress.ts';
import { setupFolder } from './removal.ts';
import { type Delivery, reportDelivery } from './reports.ts';
import type { SetupRequest } from './request.ts';
import type { SetUp } from './set-up.ts';

/** What became of the last set-up, for people and programs: no secret is in it. */
export const lastName = 'last.json';

/** Where the script of a site has put the bootstrap that it fetched, in the set-up's own folder. */
const fetchedFolder = 'fetched';

/** Milliseconds between the deliveries that are tried at the end, and how many. */
const lastPauseMs = 5_000;
const lastTries = 12;

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
      phases: request.stopIfPresent && present.client ? [] : phasesOf(intent).map(({ name }) => name),
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
  const end = await drive(setUp, delivery);
  if (progress().end === null) return end;
  await deliverLast(setUp, delivery);
  await host.hook?.clear();
  await writeLast(setUp, end);
  return end;
}

/** What could not be told stays for the next set-up on this machine; an uninstall leaves nothing and nobody to tell it. */
async function deliverLast({ host, journal, signal }: SetUp, delivery: Delivery): Promise<void> {
  for (let tries = 1; !(await delivery.now()); tries += 1) {
    // Where no site was found there is nobody to tell, however long it waits.
    if (tries >= lastTries || journal.state.unsent.address === null) return;
    await host.ports.clock.sleep(lastPauseMs, signal);
  }
}

async function writeLast({ folder, host, progress }: SetUp, end: SetupEnd): Promise<void> {
  const { setupId, intent, chosen, clientId, ended } = progress();
  const last = {
    setupId,
    intent,
    endedAt: host.ports.clock.now(),
    version: chosen?.version ?? null,
    clientId,
    phases: setupPhases.filter((phase) => ended.includes(phase)),
    ...end,
  };
  await replaceFile(folder, lastName, Buffer.from(`${JSON.stringify(last, null, 2)}\n`, 'utf8'));
}

/** Whether the next set-up could still tell the site what this one could not. */
function isWaitedFor({ intent, site, request }: Progress, { reports, address }: Unsent): boolean {
  if (reports.length === 0 || intent === 'uninstall') return false;
  return address !== null || site !== null || request.token !== null;
}

/** After the end: the journal with its token goes, unless there is still something in it that the site has not heard. */
async function leaveNothing(host: SetupHost, state: Folder): Promise<void> {
  const left = await withOpen(openPath(state, [setupFolder], { create: true }), async (folder) => {
    const journal = await openSetupJournal(folder);
    const { progress, unsent } = journal.state;
    await journal.close();
    if (progress !== null && progress.end === null) return 'under way';
    if (progress === null || !isWaitedFor(progress, unsent)) await removeIfThere(folder, setupJournalName);
    await removeTree(folder, fetchedFolder);
    await removeProgram(host, folder);
    await folder.sync();
    const { exit } = progress?.end ?? {};
    return progress?.intent === 'uninstall' &&
      exit === setupExit.succeeded &&
      !progress.request.keep.includes('logs')
      ? 'nothing'
      : 'ended';
  });
  if (left !== 'nothing') return;
  if (runsFromCopy(host)) {
    await withOpen(openPath(state, [setupFolder]), async (folder) => {
      for (const name of await folder.names())
        if (name !== programCopy && !name.endsWith('.cmd')) await removeTree(folder, name);
    });
  } else await removeTree(state, setupFolder);
  await state.sync();
  host.log('the set-up has left nothing of its own');
}
