/** `holdfast status` and `holdfast overview`: what the clients report. */
import { Overview, Severity, StatusRow } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { type StatusFilter, statusFeed } from '../status-feed.ts';
import { counts, facts, jsonText, plain, type Surroundings, table, when } from '../terminal.ts';
import { findClient, findDeployment } from './find.ts';
import { type ApiSession, apiVerb, number, runOverApi, text, wholeNumber } from './verb.ts';

function line(row: StatusRow): string {
  return plain(`${when(row.at)}  ${row.severity.padEnd(7)}  ${row.code}  ${row.hostName}  ${row.text}`);
}

function print(session: ApiSession, row: StatusRow): void {
  session.surroundings.out(`${session.json ? jsonText(row) : line(row)}\n`);
}

/** Until stopped: one line a message. */
async function follow(session: ApiSession, filter: StatusFilter, last: number): Promise<void> {
  const { stopped } = session.surroundings;
  try {
    for await (const row of statusFeed(session.api, filter, last, stopped)) print(session, row);
  } catch (thrown) {
    if (!stopped.aborted) throw thrown;
  }
}

export function statusVerbs(program: Command, surroundings: Surroundings): void {
  const status = apiVerb(program, 'status', 'status messages of the clients, newest first', [
    'status',
    'status --client web-01 --severity error',
    'status --deployment PuTTY --follow',
    'status --follow --json        (one JSON document a line)',
  ])
    .option('--client <client>', 'only from this client (id or host name)')
    .option('--deployment <deployment>', 'only about this deployment (id or name of its package)')
    .addOption(
      new Option('--severity <severity>', 'only of this severity').choices(
        Severity.anyOf.map((one) => one.const),
      ),
    )
    .option('--limit <rows>', 'at most this many rows', wholeNumber(1, 100_000), 50)
    .option('--follow', 'stay and print what comes in, oldest first, until Ctrl-C');
  runOverApi(status, surroundings, async (session, _values, options) => {
    const client = text(options, 'client');
    const deployment = text(options, 'deployment');
    const filter: StatusFilter = {
      clientId: client === undefined ? undefined : (await findClient(session.api, client)).id,
      deploymentId: deployment === undefined ? undefined : (await findDeployment(session.api, deployment)).id,
      severity: text(options, 'severity'),
    };
    const page = await session.api.list(StatusRow, '/status', number(options, 'limit', 50), filter);
    if (options.follow === true) {
      for (const row of [...page.items].reverse()) print(session, row);
      await follow(session, filter, page.items[0]?.id ?? 0);
      return;
    }
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'AT', value: (row) => when(row.at), whole: true },
          { title: 'CODE', value: (row) => row.code, whole: true },
          { title: 'SEVERITY', value: (row) => row.severity, whole: true },
          { title: 'HOST NAME', value: (row) => row.hostName },
          { title: 'MESSAGE', value: (row) => row.text },
        ],
        surroundings.columns,
      ),
    );
  });

  const overview = apiVerb(program, 'overview', 'the site in numbers', ['overview', 'overview --json']);
  runOverApi(overview, surroundings, async (session) => {
    const numbers = await session.api.get(Overview, '/overview');
    session.answer(numbers, () =>
      facts([
        ['clients', numbers.clients.total],
        ['seen in a day', numbers.clients.seenLastDay],
        ['not well', numbers.clients.unhealthy],
        ['silent', numbers.clients.silent],
        ['revoked', numbers.clients.revoked],
        [
          'wires',
          counts(Object.fromEntries(numbers.clients.wires.map((one) => [`on ${one.wire}`, one.clients]))),
        ],
        ['packages', numbers.packages],
        ['deployments', numbers.deployments],
        ['states', counts(numbers.states)],
      ]),
    );
  });
}
