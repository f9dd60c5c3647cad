/** How far a set-up is: its journal, from which it goes on after whatever ended it. */
import type { ClientPackage, ErrorCode, SetupPhase, SetupReport, Uuid } from '@holdfast/contract';
import { isHoldfastError } from '@holdfast/contract';
import { type Journal, openJournal, setAside, type Unfinished } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Trust } from '../state.ts';
import type { SetupRequest } from './request.ts';
import { mostUnsent } from './send.ts';

export type SetupIntent = SetupReport['intent'];

/** The site that was found, and whom to trust there. */
export type FoundSite = {
  /** https address of its management point. */
  readonly address: string;
  readonly trust: Trust;
  /** Null where the machine is its client already. */
  readonly token: string | null;
};

/** The package that was chosen of a signed release. */
export type ChosenPackage = {
  readonly version: string;
  readonly floor: string;
  readonly package: ClientPackage;
  /** The signed release, to be kept beside the package. */
  readonly envelope: string;
};

/** How it ended. `exit` is one of `setupExit`. */
export type SetupEnd = {
  readonly exit: number;
  readonly text: string;
  readonly error?: ErrorCode;
};

export type Progress = {
  readonly setupId: Uuid;
  readonly request: SetupRequest;
  readonly intent: SetupIntent;
  /** Phases that have ended, in their order. */
  readonly ended: readonly SetupPhase[];
  readonly site: FoundSite | null;
  readonly chosen: ChosenPackage | null;
  /** The platform's installer, while how it ended is not known. */
  readonly running: Unfinished | null;
  /** The boot in which an installer asked for a restart; it goes on in another one. */
  readonly restartFrom: string | null;
  /** Tries of the present phase that did not come to its end. */
  readonly tries: number;
  /** Times that an earlier phase was gone back to, by the code of what failed. */
  readonly setbacks: Readonly<Record<string, number>>;
  /** `forceInstall`: what was there before has been uninstalled. */
  readonly removed: boolean;
  /** Services of the older clients that it takes the place of. Absent in journals of older set-ups. */
  readonly predecessors?: readonly string[];
  /** The older client was stopped, to be put back; or today's was verified, and the older one is on its way out. */
  readonly succession?: 'stopped' | 'verified' | null;
  /** Milliseconds of all waits so far in which the machine was to be awake. */
  readonly waitedMs: number;
  readonly clientId: Uuid | null;
  readonly seq: number;
  readonly end: SetupEnd | null;
  /** It has ended, and its hook stays until the site has heard of that. */
  readonly telling: boolean;
};

/** Reports of set-ups that no site has taken yet, with what it takes to bring them there. */
export type Unsent = {
  readonly reports: readonly SetupReport[];
  readonly address: string | null;
  readonly authorities: readonly string[];
  readonly token: string | null;
};

export type SetupState = { readonly progress: Progress | null; readonly unsent: Unsent };
export type SetupEntry =
  | { readonly progress: Progress; readonly reports: readonly SetupReport[] }
  /** So many of the oldest arrived. */
  | { readonly sent: number };
export type SetupJournal = Journal<SetupState, SetupEntry>;

export const setupJournalName = 'setup.journal';

const initial: SetupState = {
  progress: null,
  unsent: { reports: [], address: null, authorities: [], token: null },
};

function reduce(state: SetupState, entry: SetupEntry): SetupState {
  const { unsent } = state;
  if ('sent' in entry) return { ...state, unsent: { ...unsent, reports: unsent.reports.slice(entry.sent) } };
  const { progress } = entry;
  const reports = [...unsent.reports, ...entry.reports].slice(-mostUnsent);
  const { site } = progress;
  if (site === null) return { progress, unsent: { ...unsent, reports } };
  const { address, token, trust } = site;
  return { progress, unsent: { reports, address, authorities: trust.authorities, token } };
}

/** A damaged journal is kept beside a new one: what is on the machine is found by looking. */
export async function openSetupJournal(folder: Folder): Promise<SetupJournal> {
  const open = () => openJournal<SetupState, SetupEntry>({ folder, name: setupJournalName, initial, reduce });
  try {
    return await open();
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'journal.damaged')) throw thrown;
    await setAside(folder, setupJournalName);
    return await open();
  }
}
