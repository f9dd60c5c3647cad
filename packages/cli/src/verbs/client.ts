/** `holdfast client`: the managed machines that a site knows. */
import { type ClientDetail, ClientSummary, currentWire, wires } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { facts, type Surroundings, table, when } from '../terminal.ts';
import { clientHealthVerb, healthStates } from './client-health.ts';
import { clientPushVerb } from './client-push.ts';
import { clientRepairVerb } from './client-repair.ts';
import { clientSetupVerbs } from './client-setup.ts';
import { clientUpgradeVerbs } from './client-upgrade.ts';
import { clientUpgradesVerb } from './client-upgrades.ts';
import { findClient, findCollection } from './find.ts';
import { apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

const certificateWords = ({ serial, expiresAt }: ClientDetail['certificate']): string =>
  serial === '' ? 'none' : `${serial}, expires ${when(expiresAt)}`;

function shown(client: ClientDetail, columns: number | undefined): string {
  const about = facts([
    ['host name', client.hostName],
    ['id', client.id],
    ['system', `${client.osName} ${client.osVersion} (${client.platform}, ${client.architecture})`],
    [
      'system since',
      client.systemChange === null
        ? undefined
        : `${when(client.systemChange.at)}, before that ${client.systemChange.from}`,
    ],
    ['client version', client.clientVersion],
    ['wire', client.wire === currentWire ? undefined : `${client.wire}: of an older generation`],
    ['enrolled', when(client.enrolledAt)],
    ['last seen', when(client.lastSeenAt)],
    ['health', client.health.state],
    ['certificate', certificateWords(client.certificate)],
    ['revoked', client.revokedAt === null ? undefined : when(client.revokedAt)],
    ['collections', client.collections.map((collection) => collection.name).join(', ')],
  ]);
  if (client.deployments.length === 0) return `${about}\n\nNothing is deployed to it.`;
  const deployments = table(
    client.deployments,
    [
      { title: 'PACKAGE', value: (row) => `${row.packageName} ${row.packageVersion}` },
      { title: 'PROGRAM', value: (row) => row.programName },
      { title: 'STATE', value: (row) => row.state, whole: true },
      { title: 'SINCE', value: (row) => when(row.at), whole: true },
      { title: 'LAST MESSAGE', value: (row) => row.text },
    ],
    columns,
  );
  return `${about}\n\n${deployments}`;
}

export function clientVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('client').description('managed machines');

  const list = withList(
    apiVerb(noun, 'list', 'list the clients of the site', [
      'client list',
      'client list --search web --json',
      'client list --collection "All clients"',
      'client list --health silent',
      'client list --wire 1',
    ]),
  )
    .addOption(new Option('--collection <name>', 'only members of this collection').conflicts('health'))
    .addOption(new Option('--health <state>', 'only clients that are so').choices(healthStates))
    .addOption(
      new Option('--wire <number>', 'only clients that spoke this wire last: 3 is that of today')
        .choices(wires.map(String))
        .conflicts('collection'),
    );
  runOverApi(list, surroundings, async (session, _values, options) => {
    const collection = text(options, 'collection');
    const path = collection
      ? `/collections/${(await findCollection(session.api, collection)).id}/members`
      : '/clients';
    const page = await session.api.list(ClientSummary, path, number(options, 'limit', 100), {
      search: text(options, 'search'),
      health: text(options, 'health'),
      wire: text(options, 'wire'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'HOST NAME', value: (row) => row.hostName },
          { title: 'SYSTEM', value: (row) => row.osName },
          { title: 'WIRE', value: (row) => row.wire, whole: true },
          { title: 'LAST SEEN', value: (row) => (row.revokedAt === null ? when(row.lastSeenAt) : 'revoked') },
        ],
        surroundings.columns,
      ),
    );
    if (page.items.length < page.total)
      session.note(`${page.items.length} of ${page.total}; --limit shows more`);
  });

  const show = apiVerb(noun, 'show <client>', 'show one client, by id or host name', [
    'client show web-01',
    'client show 0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11 --json',
  ]);
  runOverApi(show, surroundings, async (session, values) => {
    const client = await findClient(session.api, argument(values, 0));
    session.answer(client, () => shown(client, surroundings.columns));
  });

  const revoke = apiVerb(noun, 'revoke <client>', "revoke a client's certificate, from its next request on", [
    'client revoke web-01',
  ]);
  runOverApi(revoke, surroundings, async (session, values) => {
    const client = await findClient(session.api, argument(values, 0));
    await session.api.change('DELETE', `/clients/${client.id}/certificate`);
    session.answer({ id: client.id, revoked: true }, () => facts([['revoked', client.hostName]]));
  });

  clientSetupVerbs(noun, surroundings);
  clientPushVerb(noun, surroundings);
  clientHealthVerb(noun, surroundings);
  clientRepairVerb(noun, surroundings);
  clientUpgradeVerbs(noun, surroundings);
  clientUpgradesVerb(noun, surroundings);
}
