/** What the site comes to know, in its lane of the timeline and as a list: by status messages, or by a rival's report. */
import { statusEntry, statusText } from '@holdfast/contract';
import type { ManagedMachine } from './managed-machine.ts';

export type Known = { readonly at: number; readonly state: string; readonly text: string };

/** What the timeline tells of it besides every change of state: steps on the way are told by the client. */
const alwaysTold: ReadonlySet<string> = new Set(['waiting-at-gate', 'attempt-failed', 'software-broken']);
const neverTold: ReadonlySet<string> = new Set([
  'deployment-received',
  'content-downloading',
  'content-ready',
  'program-started',
  'program-succeeded',
]);

export type SiteLane = {
  /** Everything with a state, in the order in which it came. */
  readonly known: readonly Known[];
  state(): string | undefined;
  /** What a client that is not ours tells its own server. */
  report(state: string, text: string): void;
};

/** Listens at the management point of the machine's network from now on. */
export function openSiteLane({ machine, site, stage }: ManagedMachine): SiteLane {
  const known: Known[] = [];
  const heard = new Map<string, number>();

  function learn(state: string, text: string, name = ''): void {
    const changed = known.at(-1)?.state !== state;
    known.push({ at: stage.clock.elapsed(), state, text });
    if (alwaysTold.has(name) || (changed && !neverTold.has(name))) {
      stage.timeline.tell('site', `${state}: ${text}`);
    }
  }

  function listen(): void {
    for (const client of site.clients.values()) {
      for (const [stream, messages] of client.streams) {
        for (const message of messages.slice(heard.get(stream) ?? 0)) {
          const entry = statusEntry(message.code);
          if (entry?.state !== undefined) learn(entry.state, statusText(message), entry.name);
        }
        heard.set(stream, messages.length);
      }
    }
  }

  for (const [host, server] of machine.network.servers) {
    machine.network.servers.set(host, {
      ...server,
      answer(request) {
        const answer = server.answer(request);
        listen();
        return answer;
      },
    });
  }
  return { known, report: learn, state: () => known.at(-1)?.state };
}
