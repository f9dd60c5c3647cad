/** `holdfast-client run`: works until it is told to stop, or once. */
import { type ClientEvent, isLogged } from '@holdfast/client';
import { HoldfastError } from '@holdfast/contract';
import { plain } from '../../terminal.ts';
import type { Session } from '../../verbs/verb.ts';
import { serveRequests } from '../requests.ts';
import { publishStatus, settingsOf } from '../settings.ts';
import { type ClientVerbs, eventLine, type OpenedClient, withClient } from './client-verb.ts';

export function runVerb({ verb, run }: ClientVerbs): void {
  const command = verb('run', 'work until SIGTERM or Ctrl-C, one line an event (JSON lines with --json)', [
    'run',
    'run --once --json',
  ]).option('--once', 'one check-in with the work that is due, then end');
  run(command, ({ session, folder, options }) => runClient(session, folder, { once: options.once === true }));
}

export type RunOptions = {
  /** One check-in with the work that is due, then the end. */
  readonly once?: boolean;
  /** How it works until it is stopped, where that is more than to run. */
  readonly run?: (opened: OpenedClient) => Promise<void>;
};

/** @throws HoldfastError `client.not-enrolled`, `client.running` */
export async function runClient(session: Session, folder: string, options: RunOptions = {}): Promise<void> {
  const { surroundings } = session;
  const { once = false, run = ({ client }) => client.run(surroundings.stopped) } = options;
  const settings = await settingsOf(folder);
  let opened: OpenedClient | undefined;
  let writing = Promise.resolve();
  const publish = () => {
    writing = writing
      .then(() => (opened ? publishStatus(opened.folder, opened.client.status()) : undefined))
      .catch((thrown: unknown) => surroundings.error(`status: ${String(thrown)}\n`));
  };
  const log = (event: ClientEvent) => {
    if (isLogged(settings, event.severity)) surroundings.out(eventLine(event, session.json));
    publish();
  };
  await withClient(session, folder, settings, log, async (work) => {
    if (work.client.status().clientId === null) {
      throw new HoldfastError('client.not-enrolled', `The client in ${folder} is not enrolled.`);
    }
    opened = work;
    publish();
    let problem: HoldfastError | undefined;
    if (once) {
      [problem] = (await work.client.cycle(surroundings.stopped)).problems;
    } else {
      serveRequests(work, surroundings.stopped, (line) => surroundings.error(`${plain(line)}\n`));
      await run(work);
    }
    publish();
    await writing;
    opened = undefined;
    if (problem) throw problem;
  });
}
