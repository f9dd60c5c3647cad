/**
 * One simulated Windows machine with the real client, and a site over it: what stories from the field happen to. Its
 * service manager starts the client again when it has ended; a restart of the machine ends everything that runs.
 */
import type { Client, ClientEvent, ClientOptions } from '@holdfast/client';
import {
  type Assignment,
  type DeploymentState,
  isHoldfastError,
  type StatusMessage,
  statusEntry,
} from '@holdfast/contract';
import type { Protection } from '@holdfast/ports';
import { openClient } from '../../flows/open-client.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import { type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import type { SimulatedNetwork } from '../../site/network.ts';
import { type SimulatedSite, simulatedSite } from '../../site/site.ts';
import { openTimeline, type Timeline } from '../../timeline/timeline.ts';
import { type VirtualClock, virtualClock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { newTrace, noTrace, type Trace } from '../../world/trace.ts';

export const stateFolder = 'C:\\ProgramData\\Holdfast';
const siteHost = 'site.example';

/** Until the service manager starts a client that ended. Milliseconds. */
const serviceRestartMs = 5_000;

/** What a person wants to read of what a client says. */
const told: ReadonlySet<string> = new Set([
  'deployment-received',
  'program-cannot-run',
  'program-started',
  'program-failed',
  'program-succeeded',
  'platform-rejected',
  'content-refused',
  'software-verified',
  'software-broken',
  'software-repaired',
  'detection-still-false',
  'reboot-pending',
  'waiting-at-gate',
  'attempt-failed',
  'client-fault',
  'os-changed',
  'component-waits',
  'component-changed',
  'client-remedied',
]);

/** What several machines share: one clock, one story. */
export type Stage = { readonly clock: VirtualClock; readonly timeline: Timeline; readonly trace: Trace };

export function newStage(): Stage {
  const clock = virtualClock();
  const trace = newTrace();
  return { clock, trace, timeline: openTimeline(clock, trace) };
}

/** Lets the world go on until this time since it began. */
export async function until(clock: VirtualClock, elapsed: number): Promise<void> {
  let reached = false;
  at(clock, elapsed, () => {
    reached = true;
  });
  await clock.run(() => reached, Number.POSITIVE_INFINITY);
}

/** Has something done when its time has come. */
export function at(clock: VirtualClock, elapsed: number, act: () => void): void {
  clock.schedule(elapsed - clock.elapsed(), act);
}

export type ManagedMachine = {
  readonly machine: SimulatedMachine;
  readonly site: SimulatedSite;
  readonly stage: Stage;
  /** Starts the client, which enrols if it has not yet. */
  startClient(): void;
  /** The client is gone from one moment to the next, and is started again; its programs go on. Nothing on a machine that is down. */
  restartClient(why: string): void;
  /** The machine goes down in good order and is up again after `downMs`, with its client if it had one. */
  restartMachine(why: string, downMs: number): void;
  /** Has everything heard that the client says. */
  listen(listener: (event: ClientEvent) => void): void;
  /** All messages of the machine's clients, as the site has them. */
  messages(): readonly StatusMessage[];
  /** Where a deployment stands, as the site knows it. */
  stateOf(deploymentId: string): DeploymentState | undefined;
  /** Ends the story: what the client did that it must not, in words. */
  end(): readonly string[];
};

export type ManagedOptions = {
  /** Seconds between check-ins. */
  readonly pollSeconds: number;
  /** As the site calls the machine. */
  readonly hostName?: string;
  /** The client says nothing in the timeline. */
  readonly quiet?: boolean;
  /** Shared by the machines of one world. */
  readonly site?: SimulatedSite;
  readonly network?: SimulatedNetwork;
  /** How its package installed the client; absent where none has. */
  readonly installation?: ClientOptions['installation'];
  /** Of the machine, where the client is to see one. */
  readonly protection?: Protection;
  /** What a start of the machine finishes, before anything else runs. */
  readonly atBoot?: () => void;
};

export function managedMachine(random: Random, stage: Stage, options: ManagedOptions): ManagedMachine {
  const { clock, timeline, trace } = stage;
  const machine = simulatedMachine(random.stream('machine'), {
    kind: 'windows',
    clock,
    // Calls are counted and the count is traced: their facts would cost more than the calls.
    trace: noTrace,
    folders: [stateFolder],
    ...(options.hostName === undefined ? {} : { hostName: options.hostName }),
    ...(options.network === undefined ? {} : { network: options.network }),
  });
  const site = options.site ?? simulatedSite(random.stream('site'), clock.now, options.pollSeconds);
  machine.network.servers.set(siteHost, site.server);
  const problems: string[] = [];
  const listeners: ((event: ClientEvent) => void)[] = [];
  /** Which start is the last one that was asked for: earlier ones come to nothing. */
  let lastStart = 0;
  /** Until then the machine is down. Milliseconds since the world began. */
  let upAt = 0;
  let client: Client | undefined;

  function log(event: ClientEvent): void {
    if (!options.quiet) tellEvent(timeline, event);
    for (const listener of listeners) listener(event);
  }

  async function live(): Promise<void> {
    const { installation, protection } = options;
    client = await openClient(
      { ...machine.ports('client'), ...(protection ? { protection } : {}) },
      {
        folder: stateFolder,
        root: 'C:\\',
        site: `https://${siteHost}`,
        version: '1.0.0',
        log,
        ...(installation ? { installation } : {}),
      },
    );
    if (client.status().clientId === null) await client.enrol(site.token);
    await client.run(new AbortController().signal);
  }

  function startAfter(ms: number): void {
    const start = ++lastStart;
    clock.schedule(ms, () => {
      if (start !== lastStart) return;
      live().catch((thrown: unknown) => {
        if (!isHoldfastError(thrown)) problems.push(`the client ended: ${String(thrown)}`);
        if (start === lastStart) startAfter(serviceRestartMs);
      });
    });
  }

  const messages = () => {
    const id = client?.status().clientId ?? '';
    return [...(site.clients.get(id)?.streams.values() ?? [])].flat();
  };

  return {
    machine,
    site,
    stage,
    startClient: () => startAfter(0),
    listen: (listener) => void listeners.push(listener),
    messages,
    restartClient(why) {
      if (clock.elapsed() < upAt) return;
      machine.kill();
      timeline.tell('services', why);
      startAfter(serviceRestartMs);
    },
    restartMachine(why, downMs) {
      timeline.tell('power', why);
      machine.powerCut({ names: 'kept', contents: 'kept' });
      const up = clock.elapsed() + downMs;
      upAt = up;
      clock.schedule(downMs, () => {
        // It went down again meanwhile.
        if (upAt !== up) return;
        timeline.tell('boot', 'Windows starts');
        options.atBoot?.();
      });
      if (lastStart > 0) startAfter(downMs + serviceRestartMs);
    },
    stateOf: (deploymentId) =>
      messages()
        .filter((message) => message.deploymentId === deploymentId)
        .flatMap(({ code }) => statusEntry(code)?.state ?? [])
        .at(-1),
    end() {
      machine.kill();
      trace.add(machine.callCount());
      return [...problems, ...site.violations];
    },
  };
}

/** One line of the client, if a person wants to read it; the command lines of programs are left out. */
export function tellEvent(timeline: Timeline, { event, text }: ClientEvent): void {
  if (!told.has(event)) return;
  const [, gate] = event === 'waiting-at-gate' ? (/ waits for ([a-z0-9-]+):/.exec(text) ?? []) : [];
  const short = event === 'program-started' ? text.replace(/: .*/s, '') : text;
  timeline.tell('client', short, gate === undefined ? {} : { gate });
}

/** A deployment of one program; required, and at once. */
export function assignmentOf(
  random: Random,
  name: string,
  program: Omit<Assignment['program'], 'id' | 'name' | 'platform'>,
  content: Assignment['content'] = [],
): Assignment {
  return {
    deploymentId: uuidFrom(random),
    intent: 'install',
    purpose: 'required',
    availableAt: null,
    deadlineAt: null,
    package: { id: uuidFrom(random), name, version: '1.0' },
    program: { ...program, id: uuidFrom(random), name: 'Install', platform: 'windows' },
    content,
  };
}

/** `{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}` as Windows Installer writes it. */
export function productCodeFrom(random: Random): string {
  return `{${uuidFrom(random).toUpperCase()}}`;
}
