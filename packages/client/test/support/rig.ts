/** A client on the real ports of this machine in a temporary folder, with a clock that only the test moves. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Assignment, statusText } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Clock } from '@holdfast/ports';
import {
  type Client,
  type ClientEvent,
  type ClientOptions,
  type ClientPorts,
  openClient,
} from '../../src/index.ts';
import { type FakeSite, fakeSite } from './fake-site.ts';

/** Sleepers wake when `advance` passes their time. */
export function testClock(): Clock & { advance(ms: number): void; sleepers(): number } {
  let time = 1_800_000_000_000;
  const waiting = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => time,
    monotonic: () => time - 1_800_000_000_000,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        const leave = () => {
          waiting.delete(sleeper);
          reject(signal?.reason);
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave, { once: true });
        waiting.add(sleeper);
      }),
    sleepers: () => waiting.size,
    advance: (ms) => {
      time += ms;
      for (const sleeper of [...waiting]) {
        if (sleeper.at > time) continue;
        waiting.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

export type Rig = {
  readonly site: FakeSite;
  readonly clock: ReturnType<typeof testClock>;
  readonly events: ClientEvent[];
  readonly root: string;
  readonly state: string;
  /** The client, opened anew by `restart`. */
  client(): Client;
  restart(change?: Partial<ClientPorts>): Promise<Client>;
  /** A deployment of an app whose install command copies its content into the root. */
  app(
    change?: Partial<Omit<Assignment, 'program'>> & { program?: Partial<Assignment['program']> },
  ): Assignment;
  installed(): boolean;
};

/** @param options of the client besides those of the rig */
export async function rig(
  test: TestContext,
  change: Partial<ClientPorts> = {},
  options: Partial<ClientOptions> = {},
): Promise<Rig> {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-client-'));
  const [root, state, spool] = [join(base, 'root'), join(base, 'state'), join(base, 'spool')];
  for (const folder of [root, state, spool]) await mkdir(folder);
  const machine = linuxMachine({ spoolFolder: spool });
  const site = fakeSite();
  const clock = testClock();
  site.setClock(clock.now);
  const events: ClientEvent[] = [];
  const open = (ports: Partial<ClientPorts>) =>
    openClient(
      { ...machine, clock, network: site.network, ...change, ...ports },
      {
        folder: state,
        root,
        site: 'https://site.example:8443',
        version: '0.1.0',
        log: (event) => events.push(event),
        ...options,
      },
    );
  let client = await open({});
  test.after(async () => {
    await client.close();
    machine.close();
    await rm(base, { recursive: true });
  });
  return {
    site,
    clock,
    events,
    root,
    state,
    client: () => client,
    restart: async (ports = {}) => {
      await client.close();
      client = await open(ports);
      return client;
    },
    app: ({ program = {}, ...rest } = {}) => ({
      deploymentId: randomUUID(),
      intent: 'install',
      purpose: 'required',
      availableAt: null,
      deadlineAt: null,
      package: { id: randomUUID(), name: 'App', version: '1.0' },
      content: [site.addContent('files/app.txt', 'the app')],
      ...rest,
      program: {
        id: randomUUID(),
        name: 'Install App',
        platform: 'linux',
        install: '/bin/cp "{content}/files/app.txt" "{root}/app.txt"',
        uninstall: '/bin/rm "{root}/app.txt"',
        detection: [{ kind: 'file', path: '/app.txt' }],
        exitCodes: [],
        maxRunMinutes: 5,
        ...program,
      },
    }),
    installed: () => existsSync(join(root, 'app.txt')),
  };
}

/** Enrols and does one cycle. */
export async function enrolled(
  test: TestContext,
  change: Partial<ClientPorts> = {},
  options: Partial<ClientOptions> = {},
): Promise<Rig> {
  const made = await rig(test, change, options);
  await made.client().enrol(made.site.token());
  return made;
}

/** The sentences of all messages that the site has. */
export function sentences({ site }: Rig): string[] {
  return site.received.map((message) => statusText(message));
}
