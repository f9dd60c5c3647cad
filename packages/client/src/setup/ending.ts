/** How a set-up ends: its last word is told, or left to whoever can still tell it, and nothing else of it stays. */
import { setupExit, setupPhases } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, removeTree, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { longestWaitMs } from './drive.ts';
import type { SetupHost } from './host.ts';
import { programCopy, removeProgram, runsFromCopy } from './keep-program.ts';
import { fetchedFolder, setupFolder } from './places.ts';
import { openSetupJournal, type Progress, type SetupEnd, setupJournalName, type Unsent } from './progress.ts';
import type { Delivery } from './reports.ts';
import type { SetUp } from './set-up.ts';
import { dropUnwritten, leaveUntold } from './untold.ts';

/** What became of the last set-up, for people and programs: no secret is in it. */
export const lastName = 'last.json';

const lastLimit = 64 * 1024;

/** Milliseconds between the deliveries of one life after the end; how many where somebody goes on with it, and where nobody does. */
const pauseMs = 5_000;
const fewTries = 3;
const lastTries = 12;

/**
 * Has the site hear of the end, by one owner at a time: this life of the set-up, then the client that it has made; where it
 * has made none, its hook, until the time of the set-up is over. What is untold then waits for the next set-up.
 *
 * @param over it had come to its end in an earlier life
 */
export async function bringToEnd(setUp: SetUp, delivery: Delivery, end: SetupEnd, over: boolean) {
  const { host, keep, progress } = setUp;
  if (!over || !(await isWritten(setUp))) await writeLast(setUp, end);
  const heir = await heirOf(setUp, delivery);
  const tries = over ? 1 : heir === undefined ? lastTries : fewTries;
  if (!(await deliver(setUp, delivery, tries))) {
    if (heir === 'client') await leaveToClient(setUp);
    if (heir === 'hook') return await leaveToHook(setUp);
  }
  await host.hook?.clear();
  if (progress().telling) await keep({ telling: false });
}

/** Who could tell the end when this life of the set-up is over. */
async function heirOf({ host, progress }: SetUp, delivery: Delivery): Promise<'client' | 'hook' | undefined> {
  const { intent, end, waitedMs } = progress();
  if (intent !== 'uninstall' && end?.exit === setupExit.succeeded) return 'client';
  if (host.hook === undefined || waitedMs + host.hook.everyMs > longestWaitMs) return undefined;
  return (await delivery.later()) ? 'hook' : undefined;
}

/** Answers whether nothing is left to be told. */
async function deliver({ host, journal, signal }: SetUp, delivery: Delivery, tries: number) {
  for (let left = tries; !(await delivery.now()); ) {
    left -= 1;
    // Where no site was found there is nobody to tell, however long it waits.
    if (left <= 0 || journal.state.unsent.address === null) return false;
    await host.ports.clock.sleep(pauseMs, signal);
  }
  return true;
}

/** The site knows it and it keeps its own times: from here on they are its reports, and no others have them. */
async function leaveToClient({ host, folder, journal, progress }: SetUp): Promise<void> {
  const { reports } = journal.state.unsent;
  await leaveUntold(folder, progress().setupId, reports);
  await journal.commit({ sent: reports.length });
  host.log('the site has not heard of the end yet: the client will tell it');
}

async function leaveToHook({ host, keep, progress }: SetUp): Promise<void> {
  const { telling, waitedMs } = progress();
  await keep({ telling: true, waitedMs: waitedMs + (host.hook?.everyMs ?? 0) });
  if (!telling) host.log('the site has not heard of the end yet: it is told by what stays of this set-up');
}

/** An earlier life may have ended between its end and its word of it. */
async function isWritten({ folder, progress }: SetUp): Promise<boolean> {
  if (!(await folder.entry(lastName))) return false;
  return Buffer.from(await readWhole(folder, lastName, lastLimit)).includes(progress().setupId);
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
export async function leaveNothing(host: SetupHost, state: Folder): Promise<void> {
  const left = await withOpen(openPath(state, [setupFolder], { create: true }), async (folder) => {
    const journal = await openSetupJournal(folder);
    const { progress, unsent } = journal.state;
    await journal.close();
    if (progress !== null && (progress.end === null || progress.telling)) return 'under way';
    if (progress === null || !isWaitedFor(progress, unsent)) await removeIfThere(folder, setupJournalName);
    await dropUnwritten(folder);
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
