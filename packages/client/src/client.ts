/** The client: opened over a machine's ports and a state folder, it does what its site's policy says. */
import {
  type DeploymentState,
  type GateWait,
  type HealthReport,
  HoldfastError,
  type SiteCode,
  type Timestamp,
  type Uuid,
} from '@holdfast/contract';
import { afterRequest, createSerial, type Gate, untilStirred } from '@holdfast/engine';
import { createSchedule } from './contact.ts';
import { pruneContent } from './content/content.ts';
import type { ClientContext, ClientOptions, ClientPorts } from './context.ts';
import { type CycleReport, createCycle } from './cycle.ts';
import { enrol } from './enrolment/enrol.ts';
import { keepIdentity } from './enrolment/identity.ts';
import { succeed } from './enrolment/succeed.ts';
import { createHealth } from './health/health.ts';
import { emptyHealth } from './health/record.ts';
import { newVitals } from './health/vitals.ts';
import type { Inheritance } from './inheritance.ts';
import { type LoopLife, type LoopWatch, watchLoop } from './loop-life.ts';
import { openState } from './open-state.ts';
import { packageTitle } from './policy/check-in.ts';
import { takeSpooled } from './rescue/spool.ts';
import { createSite } from './site.ts';
import type { ClientJournal, Entry, Identity, Trust } from './state.ts';
import { createReporter } from './status/reporter.ts';

/** The loop looks at the wall clock at least so often: it may be set. Milliseconds. */
const longestSleepMs = 10 * 60_000;

export type ClientStatus = {
  readonly version: string;
  readonly clientId: Uuid | null;
  readonly siteCode: SiteCode | null;
  readonly certificateExpiresAt: Timestamp | null;
  readonly policySerial: number | null;
  /** Status messages that the site has not taken yet. */
  readonly outbox: number;
  /** The newest evaluation of its health; null before the first. */
  readonly health: HealthReport | null;
  readonly deployments: readonly {
    readonly deploymentId: Uuid;
    readonly package: string;
    readonly state: DeploymentState;
    /** The sentence of the last message about it. */
    readonly text: string;
    /** When it is tried again; null = nothing is planned. */
    readonly notBefore: Timestamp | null;
    /** The readiness gate that it waits at. */
    readonly waiting: GateWait | null;
  }[];
};

export type Client = {
  status(): ClientStatus;
  /** Enrols, or enrols again. @throws HoldfastError `token.*`, `site.untrusted`, `network.*` */
  enrol(token: string): Promise<{ readonly clientId: Uuid }>;
  /**
   * Becomes the client that an older one on this machine is, and knows what that one has done; with a token it enrols where
   * the site refuses that. @throws HoldfastError `token.*`, `setup.site-unknown`, `network.*`
   */
  succeed(older: Inheritance, trust: Trust, token: string | null): Promise<{ readonly clientId: Uuid }>;
  /** Has a copy of who it is beside its journal, as `run` has when it begins. @throws HoldfastError `disk.*` */
  keepIdentity(): Promise<void>;
  /** One check-in, the work that is due, and delivery. What goes wrong is in the report. */
  cycle(signal?: AbortSignal): Promise<CycleReport>;
  /** Works until aborted. @param begun called once, when the loop has begun */
  run(signal: AbortSignal, begun?: () => void): Promise<void>;
  /** Whether the loop of `run` goes on: what a watchdog may be told. */
  vital(): LoopLife;
  /** Looks at its own health now, mends what it can, and keeps the report for the site. */
  evaluate(occasion?: HealthReport['occasion'], signal?: AbortSignal): Promise<HealthReport>;
  /** A person asks for what is offered, or for another try of what is held. @throws HoldfastError `not-found` */
  requestInstall(deploymentId: Uuid): Promise<void>;
  /** After this nothing else may be called. Ends no `run`: abort that first. */
  close(): Promise<void>;
};

/** @throws HoldfastError `disk.*` when the state folder cannot be used */
export async function openClient(given: ClientPorts, options: ClientOptions): Promise<Client> {
  const loop = watchLoop(given.clock);
  const ports = { ...given, network: loop.watched(given.network) };
  const site = createSite(options.site, ports);
  const folder = await ports.disk.open(options.folder);
  let journal: ClientJournal;
  let damage: HoldfastError | undefined;
  try {
    ({ journal, damage } = await openState(ports.entropy, folder));
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
  const reporter = createReporter(journal, ports.clock, options.log);
  const vitals = newVitals(journal.state.health ?? emptyHealth);
  const context: ClientContext = { ports, options, folder, journal, reporter, site, vitals };
  const client = clientOf(context, loop);
  if (damage) {
    const details = { error: damage.code, reason: damage.message };
    const entry: Entry = { kind: 'health', change: { damage: damage.message } };
    await reporter.report({ name: 'client-fault', details }, entry);
  }
  return client;
}

function clientOf(context: ClientContext, loop: LoopWatch): Client {
  const { journal, ports, reporter, options } = context;
  const exclusive = createSerial();
  const schedule = createSchedule(ports, journal.state.policy?.index.pollSeconds ?? null);
  const health = createHealth(context);
  const cycle = createCycle(context, schedule, health);
  let alarm = new AbortController();

  /** Until the time (monotonic), a stir of a gate, the alarm or the end. */
  const sleepUntil = async (time: number, gates: readonly Gate[], signal: AbortSignal) => {
    const now = ports.clock.monotonic();
    const ms = Math.min(Math.max(time - now, 0), longestSleepMs);
    loop.rest(now + ms);
    try {
      await untilStirred(gates, ms, ports.clock, [signal, alarm.signal]);
    } catch (thrown) {
      if (!signal.aborted && !alarm.signal.aborted) throw thrown;
    }
    if (alarm.signal.aborted) alarm = new AbortController();
  };

  const becoming = async (become: () => Promise<Identity>) => {
    const { clientId } = await exclusive(become);
    schedule.reset();
    alarm.abort();
    return { clientId };
  };

  return {
    status: () => statusOf(context),
    enrol: (token) => becoming(() => enrol(context, token)),
    succeed: (older, trust, token) => becoming(() => succeed(context, older, trust, token)),
    keepIdentity: () => exclusive(() => keepIdentity(context)),
    cycle: (signal) => exclusive(() => cycle.pass({ checkIn: true }, signal)),
    run: async (signal, begun) => {
      const details = { version: options.version };
      await cycle.attempt(async () =>
        reporter.report({ name: 'client-started', details }, await health.began()),
      );
      await cycle.attempt(() => pruneContent(context));
      await cycle.attempt(() => keepIdentity(context));
      begun?.();
      while (!signal.aborted) {
        loop.pass();
        await cycle.attempt(() => reportRescues(context));
        const due = ports.clock.monotonic() >= schedule.nextPoll();
        const { wakeAt, gates } = await exclusive(() => cycle.pass({ checkIn: due }, signal));
        if (!signal.aborted) await sleepUntil(wakeAt, gates, signal);
      }
      await cycle.attempt(() => health.ended());
    },
    vital: () => loop.look(Object.values(journal.state.items).some(({ running }) => running !== null)),
    evaluate: async (occasion = 'request', signal) => {
      const report = await exclusive(() => health.evaluate(occasion, signal));
      alarm.abort();
      return report;
    },
    requestInstall: async (deploymentId) => {
      const item = journal.state.items[deploymentId];
      if (!item) throw new HoldfastError('not-found', 'The policy of this client has no such deployment.');
      const change = { requested: true, history: afterRequest(item.history), said: null };
      await journal.commit({ kind: 'item', id: deploymentId, change });
      alarm.abort();
    },
    close: () =>
      exclusive(async () => {
        await journal.close();
        await context.folder.close();
      }),
  };
}

/** What the second starter has done while no client lived, or beside this one. */
async function reportRescues({ folder, reporter }: ClientContext): Promise<void> {
  await takeSpooled(folder, ({ at, action, reason }) =>
    reporter.report({ name: 'client-rescued', details: { action, reason, happenedAt: at } }),
  );
}

function statusOf({ journal, options }: ClientContext): ClientStatus {
  const { identity, trust, policy, outbox, items, assignments, health } = journal.state;
  return {
    version: options.version,
    clientId: identity?.clientId ?? null,
    siteCode: trust?.siteCode ?? null,
    certificateExpiresAt: identity?.expiresAt ?? null,
    policySerial: policy?.index.serial ?? null,
    outbox: outbox.messages.length,
    health: health?.report ?? null,
    deployments: Object.entries(items).map(([deploymentId, item]) => {
      const assignment = assignments[item.version];
      return {
        deploymentId,
        package: assignment ? packageTitle(assignment) : '',
        state: item.state,
        text: item.text,
        notBefore: item.history.notBefore,
        waiting: item.waiting ?? null,
      };
    }),
  };
}
