/** `holdfast client health`: what clients find when they look at themselves, and who says nothing. */
import { ClientHealth, HealthCheck, HealthClient, HealthOverview, HealthState } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { counts, facts, type Surroundings, table, when } from '../terminal.ts';
import { findClient } from './find.ts';
import { type ApiSession, apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

export const healthStates = HealthState.anyOf.map((one) => one.const);

async function ofOne(session: ApiSession, words: string): Promise<void> {
  const client = await findClient(session.api, words);
  const health = await session.api.get(ClientHealth, `/clients/${client.id}/health`);
  const { report } = health;
  session.answer({ clientId: client.id, hostName: client.hostName, ...health }, () => {
    const about = facts([
      ['host name', client.hostName],
      ['state', health.state],
      ['evaluated', report === null ? 'never' : `${when(report.evaluatedAt)} (${report.occasion})`],
      ['client version', report?.clientVersion],
    ]);
    if (report === null) return about;
    const findings = table(
      report.findings,
      [
        {
          title: 'CHECK',
          value: ({ check, component }) => (component === undefined ? check : `${check} ${component}`),
          whole: true,
        },
        { title: 'STATE', value: (row) => row.state, whole: true },
        { title: 'REASON', value: (row) => row.reason },
        { title: 'REMEDY', value: (row) => row.remedy ?? '' },
      ],
      session.surroundings.columns,
    );
    return `${about}\n\n${findings}`;
  });
}

function overview({ clients, checks }: HealthOverview, columns: number | undefined): string {
  const { total, ...states } = clients;
  const about = facts([
    ['clients', total],
    ['states', counts(states)],
  ]);
  if (checks.length === 0) return about;
  const rows = table(
    checks,
    [
      { title: 'CHECK', value: ({ check, component }) => `${check} ${component}`.trimEnd(), whole: true },
      { title: 'FAILED', value: (row) => row.failed },
      { title: 'REMEDIED', value: (row) => row.remedied },
      { title: 'OK', value: (row) => row.ok },
      { title: 'NOT APPLICABLE', value: (row) => row.notApplicable },
    ],
    columns,
  );
  return `${about}\n\n${rows}`;
}

async function ofAll(session: ApiSession): Promise<void> {
  const health = await session.api.get(HealthOverview, '/health');
  session.answer(health, () => overview(health, session.surroundings.columns));
}

async function list(session: ApiSession, options: Record<string, unknown>): Promise<void> {
  const page = await session.api.list(HealthClient, '/health/clients', number(options, 'limit', 100), {
    search: text(options, 'search'),
    state: text(options, 'state'),
    check: text(options, 'check'),
  });
  session.answer({ items: page.items, total: page.total }, () =>
    table(
      page.items,
      [
        { title: 'ID', value: (row) => row.clientId, whole: true },
        { title: 'HOST NAME', value: (row) => row.hostName },
        { title: 'STATE', value: (row) => row.state, whole: true },
        { title: 'FAILED', value: (row) => row.failed },
        { title: 'REMEDIED', value: (row) => row.remedied },
        { title: 'EVALUATED', value: (row) => when(row.receivedAt), whole: true },
        { title: 'LAST SEEN', value: (row) => when(row.lastSeenAt), whole: true },
      ],
      session.surroundings.columns,
    ),
  );
}

export function clientHealthVerb(noun: Command, surroundings: Surroundings): void {
  const health = withList(
    apiVerb(
      noun,
      'health [client]',
      'show how clients are: the counts, the clients of a state, or one client',
      [
        'client health',
        'client health --state silent',
        'client health --check second-starter --json',
        'client health web-01',
      ],
    )
      .addOption(new Option('--state <state>', 'list the clients in this state').choices(healthStates))
      .addOption(
        new Option('--check <check>', 'list the clients of which this failed or was remedied').choices(
          HealthCheck.enum,
        ),
      ),
  );
  runOverApi(health, surroundings, async (session, values, options) => {
    if (values.length > 0) return await ofOne(session, argument(values, 0));
    const listing = ['state', 'check', 'search'].some((name) => text(options, name) !== undefined);
    return await (listing ? list(session, options) : ofAll(session));
  });
}
