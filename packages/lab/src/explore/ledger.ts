/** What really happened to the programs of an explored machine, kept apart from the client: who may run, who ran too often. */
import type { Broken } from './findings.ts';
import { type Ending, endingOf, limitOf, longestWaitAfter, repairLimit } from './outcomes.ts';
import type { ProgramAction, Software } from './software.ts';

/** What the ledger has to know of the world at the moment. */
export type LedgerView = {
  elapsed(): number;
  /** Wall clock of the machine. */
  now(): number;
  bootId(): string;
  /** Programs that run now. */
  running(): number;
  isPresent(software: Software): boolean;
  /** Name of a gate of the software that is closed. */
  closedGate(software: Software): string | undefined;
};

/** How a run ended: with its exit code, ended by the client, or with the machine. */
export type RunEnd = number | 'killed' | 'lost';

type Account = {
  runs: number;
  /** Ends since the goal was last reached, or somebody asked. */
  counts: Partial<Record<Ending, number>>;
  /** Since the version is there. */
  readonly totals: Partial<Record<Ending, number>>;
  /** Runs since it was last verified for the first time within a day, and in all. */
  repairs: number;
  allRepairs: number;
  /** The client has said that it is there. */
  verified: boolean;
  requested: boolean;
  everPresent: boolean;
  /** Ends that the site must be told of. */
  badEnds: number;
  /** A restart was wanted in this boot, and no downfall came since. */
  restartBoot: string | undefined;
  /** Times that the client may have lost count, since the counts began. */
  downfalls: number;
};

export type Run = {
  readonly software: Software;
  readonly at: number;
  /** How often it was started before. */
  readonly before: number;
  /** The client went down, or time was bent, since it began. */
  disturbed: boolean;
  /** The client has said that it started: it knows its process. */
  known: boolean;
};

export type Ledger = {
  begins(software: Software, action: ProgramAction): Run;
  /** @param run the one that runs now unless given */
  ends(end: RunEnd, run?: Run): void;
  /** The client says that it has started a program. */
  started(): void;
  /** Somebody asked for the item, whichever version of it the client has. */
  requested(item: number): void;
  /** The client says that it is there. */
  verified(software: Software): void;
  /** The client's life has ended: what runs is ended by nobody until the next one. */
  unwatched(): void;
  /** The client may have lost something that it knew. */
  downfall(): void;
  /** The machine sleeps, or its clock is set: what runs may take longer, and repairs may be older than a day. */
  timePassed(): void;
  /** The operating system has become another one: what was held is tried again on it. */
  newSystem(): void;
  /** Looks at what is there now. */
  look(all: Iterable<Software>): void;
  readonly open: Run | undefined;
  /** Ends of the item that the site must have been told of. */
  badEnds(item: number): number;
  /** Whether its runs went wrong often enough to hold it. */
  mayBeHeld(software: Software): boolean;
  /** Milliseconds: the longest wait that its ends so far allow. */
  longestWaitMs(software: Software): number;
  everPresent(software: Software): boolean;
  isRequested(software: Software): boolean;
};

/** Milliseconds beyond its limit after which a run counts as forgotten. */
const runGraceMs = 60_000;

const keyOf = ({ item, version }: Software) => `${item}.${version}`;

export function openLedger(view: LedgerView, broken: Broken): Ledger {
  const accounts = new Map<string, Account>();
  let open: Run | undefined;

  function accountOf(software: Software): Account {
    const key = keyOf(software);
    const account = accounts.get(key) ?? newAccount();
    accounts.set(key, account);
    return account;
  }

  function reached({ draft }: Software, present: boolean): boolean {
    return present === (draft.intent === 'install');
  }

  function mayBegin(software: Software, action: ProgramAction, account: Account): void {
    const name = `${action} of app ${keyOf(software)}`;
    const { draft, assignment } = software;
    // One that the client was killed over before it knew its process is waited for, but not ended, and not for ever.
    const forgotten = open?.disturbed && !open.known;
    if (open && !forgotten) broken('I6', `${name} runs while another program does`);
    if (reached(software, view.isPresent(software))) broken('I6', `${name} runs, and nothing was to be done`);
    if ((action === 'uninstall') !== (draft.intent === 'uninstall')) broken('I6', `${name} was not wanted`);
    const gate = view.closedGate(software);
    if (gate !== undefined) broken('I6', `${name} runs, and its gate ${gate} is closed`);
    if (account.restartBoot === view.bootId()) broken('I6', `${name} runs again before the restart`);
    const now = view.now();
    const early = assignment.availableAt !== null && now < assignment.availableAt;
    if (early) broken('I6', `${name} runs before it is available`);
    const due =
      draft.purpose === 'required' && (assignment.deadlineAt === null || now >= assignment.deadlineAt);
    if (!due && !account.requested && !account.everPresent) broken('I6', `${name} runs, and nobody asked`);
    for (const [kind, limit] of Object.entries(limitOf)) {
      const count = account.counts[kind as Ending] ?? 0;
      if (count >= limit + account.downfalls) broken('I7', `${name} runs again after ${count} times ${kind}`);
    }
    if (account.verified && draft.intent === 'install') {
      account.repairs++;
      account.allRepairs++;
    }
    // Counted, durably, before it starts: no downfall makes it forgotten.
    if (account.repairs > repairLimit) broken('I7', `${name} is repair ${account.repairs} of a day`);
  }

  function ends(end: RunEnd, run = open): void {
    if (!open || run !== open) return;
    const { software, disturbed } = open;
    open = undefined;
    if (end === 'lost') return;
    const account = accountOf(software);
    const ending = end === 'killed' ? 'failed' : endingOf(end);
    // After a restart that it wants, it may be a run that ended well and cannot be verified.
    const told = ending === 'restart' ? 'unverified' : ending;
    account.totals[told] = (account.totals[told] ?? 0) + 1;
    // A client that was down meanwhile has not seen the exit code.
    if (ending === 'restart') account.restartBoot = disturbed ? undefined : view.bootId();
    else if (reached(software, view.isPresent(software))) account.counts = {};
    else {
      account.badEnds++;
      account.counts[ending] = (account.counts[ending] ?? 0) + 1;
    }
  }

  return {
    get open() {
      return open;
    },
    begins(software, action) {
      // The one before was ended by the client, and nobody has looked since.
      if (view.running() < 2) ends('killed');
      const account = accountOf(software);
      mayBegin(software, action, account);
      const before = account.runs++;
      open = { software, at: view.elapsed(), before, disturbed: false, known: false };
      return open;
    },
    started() {
      if (open) open.known = true;
    },
    ends,
    requested(item) {
      for (const [key, account] of accounts) {
        if (!key.startsWith(`${item}.`)) continue;
        Object.assign(account, { requested: true, counts: {}, repairs: 0, downfalls: 0 });
      }
    },
    verified(software) {
      accountOf(software).verified = true;
    },
    timePassed() {
      if (open) open.disturbed = true;
      for (const account of accounts.values()) account.repairs = 0;
    },
    newSystem() {
      for (const account of accounts.values()) Object.assign(account, { counts: {}, repairs: 0 });
    },
    unwatched() {
      if (open) open.disturbed = true;
    },
    downfall() {
      if (open) open.disturbed = true;
      for (const account of accounts.values()) {
        account.downfalls++;
        account.restartBoot = undefined;
      }
    },
    look(all) {
      if (view.running() === 0) ends('killed');
      for (const software of all) {
        const account = accountOf(software);
        if (view.isPresent(software)) account.everPresent = true;
      }
      if (!open || open.disturbed) return;
      const limit = open.software.draft.maxRunMinutes * 60_000 + runGraceMs;
      if (view.elapsed() - open.at > limit) broken('I7', `app ${keyOf(open.software)} runs beyond its limit`);
    },
    badEnds(item) {
      let sum = 0;
      for (const [key, account] of accounts) if (key.startsWith(`${item}.`)) sum += account.badEnds;
      return sum;
    },
    mayBeHeld(software) {
      const { totals, allRepairs } = accountOf(software);
      const often = Object.entries(limitOf).some(([kind, limit]) => (totals[kind as Ending] ?? 0) >= limit);
      return often || allRepairs >= repairLimit;
    },
    longestWaitMs(software) {
      const { totals } = accountOf(software);
      return Math.max(0, ...Object.keys(totals).map((kind) => longestWaitAfter[kind as Ending]));
    },
    everPresent: (software) => accountOf(software).everPresent,
    isRequested: (software) => accountOf(software).requested,
  };
}

function newAccount(): Account {
  return {
    runs: 0,
    counts: {},
    totals: {},
    repairs: 0,
    allRepairs: 0,
    verified: false,
    requested: false,
    everPresent: false,
    badEnds: 0,
    restartBoot: undefined,
    downfalls: 0,
  };
}
