/** How a set-up begins: as a new one, or as the one that was under way. */

import type { Folder } from '@holdfast/ports';
import { keptIdentity } from '../enrolment/identity.ts';
import { readSettings } from '../settings.ts';
import type { SetupHost } from './host.ts';
import { installedVersion } from './installed.ts';
import { presentPredecessors } from './predecessors/present.ts';
import type { FoundSite, Progress, SetupIntent, SetupJournal } from './progress.ts';
import { reportOf } from './reports.ts';
import type { SetupRequest } from './request.ts';

/** What is on the machine before anything is done. */
type Present = {
  readonly client: boolean;
  readonly version: string | null;
  readonly site: FoundSite | null;
  /** Services of older clients. */
  readonly predecessors: readonly string[];
};

export async function lookForClient(host: SetupHost, state: Folder): Promise<Present> {
  const { disk } = host.ports;
  const version = await installedVersion(disk, host.places.install, host.releaseKey);
  // To look is to leave no trace: the folder of keys is made by those who use it.
  const known = (await state.entry('keys')) ? await keptIdentity(state) : undefined;
  const settings = await readSettings(state);
  const site = known && settings ? { address: settings.site, trust: known.trust, token: null } : null;
  const predecessors = (await presentPredecessors(host)).map(({ service }) => service);
  return {
    client: version !== undefined || known !== undefined,
    version: version ?? null,
    site,
    predecessors,
  };
}

/**
 * The set-up that is to be gone on with, in the journal: the one under way, where the same is asked for or nothing new is;
 * otherwise a new one. Undefined where nothing is asked for and nothing is under way.
 */
export async function begin(
  host: SetupHost,
  journal: SetupJournal,
  request: SetupRequest | undefined,
  present: Present,
): Promise<Progress | undefined> {
  const before = journal.state.progress;
  const underWay = before !== null && (before.end === null || request === undefined) ? before : undefined;
  if (request === undefined || (underWay && JSON.stringify(underWay.request) === JSON.stringify(request)))
    return underWay;
  const replaced = underWay && {
    ...underWay,
    seq: underWay.seq + 1,
  };
  const phase = underWay?.ended.at(-1) ?? 'locate';
  const reports = replaced
    ? [
        await reportOf(host.ports, replaced, {
          phase,
          moment: 'failed',
          reason: 'another set-up took its place',
        }),
      ]
    : [];
  const progress: Progress = {
    setupId: host.ports.entropy.uuid(),
    request,
    intent: intentOf(request, present),
    ended: [],
    site: request.intent === 'uninstall' ? withToken(present.site, request.token) : null,
    chosen: null,
    running: null,
    restartFrom: null,
    tries: 0,
    setbacks: {},
    removed: false,
    predecessors: [
      ...new Set([
        ...(underWay?.predecessors ?? []),
        ...(request.intent === 'uninstall' ? [] : present.predecessors),
      ]),
    ],
    succession: underWay?.succession ?? null,
    waitedMs: 0,
    clientId: null,
    seq: 0,
    end: null,
    telling: false,
  };
  await journal.commit({ progress, reports });
  return progress;
}

export function intentOf(request: SetupRequest, { client }: Pick<Present, 'client'>): SetupIntent {
  if (request.intent === 'uninstall') return 'uninstall';
  return client && !request.forceInstall ? 'repair' : 'install';
}

const withToken = (site: FoundSite | null, token: string | null): FoundSite | null =>
  site && { ...site, token };
