/** `holdfast collection`: sets of clients, by direct membership and by query. */
import {
  ClientAttribute,
  type ClientDetail,
  ClientSummary,
  CollectionSummary,
  HoldfastError,
  type MembershipQuery,
  QueryOperator,
} from '@holdfast/contract';
import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { facts, type Surroundings, table, when } from '../terminal.ts';
import { findClient, findCollection } from './find.ts';
import { apiVerb, argument, collect, number, runOverApi, text, texts, withList } from './verb.ts';

const attribute = Compile(ClientAttribute);
const operator = Compile(QueryOperator);

const clauseWords =
  'ATTRIBUTE (hostName, platform, osName, osVersion, architecture, clientVersion), then equals, not-equals, ' +
  'contains or starts-with, then the value';

/** `platform equals linux` as a clause. */
function clause(words: string): MembershipQuery['all'][number] {
  const [name, comparison, ...value] = words.trim().split(/\s+/);
  if (!attribute.Check(name) || !operator.Check(comparison) || value.length === 0) {
    throw new HoldfastError('request.invalid', `"${words}" is not a clause: write ${clauseWords}.`);
  }
  return { attribute: name, operator: comparison, value: value.join(' ') };
}

function queryText(query: MembershipQuery | null): string {
  return query?.all.map((one) => `${one.attribute} ${one.operator} ${one.value}`).join(' and ') ?? '-';
}

export function collectionVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('collection').description('sets of clients');

  const list = withList(
    apiVerb(noun, 'list', 'list collections', ['collection list', 'collection list --search pilot --json']),
  );
  runOverApi(list, surroundings, async (session, _values, options) => {
    const page = await session.api.list(CollectionSummary, '/collections', number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'NAME', value: (row) => row.name },
          { title: 'MEMBERS', value: (row) => row.members, whole: true },
          { title: 'QUERY', value: (row) => queryText(row.query) },
        ],
        surroundings.columns,
      ),
    );
  });

  const show = apiVerb(noun, 'show <collection>', 'show a collection and its members', [
    'collection show pilot',
    'collection show "All clients" --json',
  ]);
  runOverApi(show, surroundings, async (session, values) => {
    const collection = await findCollection(session.api, argument(values, 0));
    const members = await session.api.list(ClientSummary, `/collections/${collection.id}/members`, 500);
    session.answer({ ...collection, memberList: members.items }, () =>
      [
        facts([
          ['name', collection.name],
          ['id', collection.id],
          ['description', collection.description || undefined],
          ['query', queryText(collection.query)],
          ['members', `${collection.members} (${collection.directMembers} direct)`],
        ]),
        table(
          members.items,
          [
            { title: 'ID', value: (row) => row.id, whole: true },
            { title: 'HOST NAME', value: (row) => row.hostName },
            { title: 'LAST SEEN', value: (row) => when(row.lastSeenAt) },
          ],
          surroundings.columns,
        ),
      ].join('\n\n'),
    );
  });

  const create = apiVerb(noun, 'create <name>', 'create a collection', [
    'collection create pilot',
    'collection create "Debian 12" --where "osName contains Debian" --where "osVersion starts-with 12"',
  ])
    .option('--description <text>', 'what it is for')
    .option(
      '--where <clause>',
      `clients for which this holds are members: ${clauseWords}; repeat: all must hold`,
      collect,
    );
  runOverApi(create, surroundings, async (session, values, options) => {
    const clauses = texts(options, 'where').map(clause);
    const created = await session.api.send(CollectionSummary, 'POST', '/collections', {
      name: argument(values, 0),
      description: text(options, 'description') ?? '',
      query: clauses.length > 0 ? { all: clauses } : null,
    });
    session.answer(created, () =>
      facts([
        ['created', created.name],
        ['id', created.id],
        ['members', created.members],
      ]),
    );
  });

  memberVerb('add', 'PUT', 'add clients to a collection directly', 'added');
  memberVerb('remove', 'DELETE', 'take direct members out of a collection', 'removed');

  const remove = apiVerb(noun, 'delete <collection>', 'delete a collection; its clients stay', [
    'collection delete pilot',
  ]);
  runOverApi(remove, surroundings, async (session, values) => {
    const collection = await findCollection(session.api, argument(values, 0));
    await session.api.change('DELETE', `/collections/${collection.id}`);
    session.answer({ id: collection.id, deleted: true }, () => facts([['deleted', collection.name]]));
  });

  function memberVerb(verb: string, method: 'PUT' | 'DELETE', summary: string, done: string): void {
    const command = apiVerb(noun, `${verb} <collection> <client...>`, summary, [
      `collection ${verb} pilot web-01 web-02`,
    ]);
    runOverApi(command, surroundings, async (session, values) => {
      const collection = await findCollection(session.api, argument(values, 0));
      const clients: ClientDetail[] = [];
      for (const words of values.slice(1)) clients.push(await findClient(session.api, words));
      for (const client of clients) {
        await session.api.change(method, `/collections/${collection.id}/members/${client.id}`);
      }
      session.answer({ collectionId: collection.id, [done]: clients.map((client) => client.id) }, () =>
        clients.map((client) => facts([[done, client.hostName]])).join('\n'),
      );
    });
  }
}
