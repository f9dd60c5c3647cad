/** `holdfast takeover`: foreign agents that the clients of a site take over. */
import {
  HoldfastError,
  TakeoverDetail,
  TakeoverForeseen,
  TakeoverMember,
  TakeoverRule,
  TakeoverSummary,
  takeoverStates,
  Uuid,
} from '@holdfast/contract';
import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { readJsonFile } from '../json-file.ts';
import { facts, type Surroundings, table, when } from '../terminal.ts';
import { findCollection } from './find.ts';
import { type ApiSession, apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

const ruleShape = Compile(TakeoverRule);
const uuid = Compile(Uuid);
const isId = (words: string): boolean => uuid.Check(words);

/** @throws HoldfastError `disk.not-found`; `request.invalid` with the field that is wrong */
async function ruleIn(path: string): Promise<TakeoverRule> {
  const rule = await readJsonFile(path, 'rule');
  if (ruleShape.Check(rule)) return rule;
  const [fault] = ruleShape.Errors(rule);
  const field = fault?.instancePath.slice(1) || 'it';
  throw new HoldfastError('request.invalid', `The rule is wrong: ${field} ${fault?.message ?? ''}.`);
}

/** By id, or by the name of the agent where one rule alone stands for it. @throws HoldfastError `not-found`, `request.invalid` */
async function find({ api }: ApiSession, words: string): Promise<TakeoverDetail> {
  if (isId(words)) return await api.get(TakeoverDetail, `/takeovers/${words}`);
  const { items } = await api.list(TakeoverSummary, '/takeovers', 500, { search: words });
  const named = items.filter(({ name }) => name.toLowerCase() === words.toLowerCase());
  const standing = named.filter(({ withdrawnAt }) => withdrawnAt === null);
  const [only, second] = standing.length > 0 ? standing : named;
  if (!only) throw new HoldfastError('not-found', `There is no takeover ${words}.`);
  if (second) throw new HoldfastError('request.invalid', `Several rules are about ${words}: use an id.`);
  return await api.get(TakeoverDetail, `/takeovers/${only.id}`);
}

const stateWords = ({ states }: Pick<TakeoverSummary, 'states'>): string =>
  Object.keys(takeoverStates)
    .flatMap((state) => (states[state] ? [`${states[state]} ${state}`] : []))
    .join(', ') || 'no members';

function shown(takeover: TakeoverDetail): string {
  return facts([
    ['agent', takeover.name],
    ['id', takeover.id],
    ['platform', takeover.platform],
    ['collection', takeover.collectionName],
    ['mode', takeover.mode],
    ['members', stateWords(takeover)],
    ['begun', `${when(takeover.createdAt)} by ${takeover.createdBy}`],
    ['withdrawn', takeover.withdrawnAt === null ? undefined : when(takeover.withdrawnAt)],
  ]);
}

export function takeoverVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('takeover').description('foreign agents that clients take over');
  addVerb(noun, surroundings);
  listVerb(noun, surroundings);
  statusVerb(noun, surroundings);
  changeVerbs(noun, surroundings);
}

function addVerb(noun: Command, surroundings: Surroundings): void {
  const add = apiVerb(noun, 'add <rule.json>', 'have the members of a collection take a foreign agent over', [
    'takeover add remotely.json --collection pilot --dry-run',
    'takeover add remotely.json --collection "All clients" --look',
    'takeover add remotely.json --collection pilot --json',
  ])
    .requiredOption('--collection <name>', 'whose members are meant, now and later')
    .option('--look', 'they only look whether it is there, and touch nothing')
    .option('--dry-run', 'show how many machines are meant, store nothing');
  runOverApi(add, surroundings, async (session, values, options) => {
    const rule = await ruleIn(argument(values, 0));
    const { id: collectionId } = await findCollection(session.api, text(options, 'collection') ?? '');
    const mode = options.look === true ? 'look' : 'take-over';
    const body = { collectionId, mode, rule };
    if (options.dryRun === true) {
      const query = { dryRun: true };
      const foreseen = await session.api.send(TakeoverForeseen, 'POST', '/takeovers', body, query);
      session.answer({ ...foreseen, dryRun: true }, () =>
        facts([
          ['agent', foreseen.name],
          ['collection', foreseen.collectionName],
          ['machines', `${foreseen.clients} on ${rule.platform}, ${foreseen.leftOut} left out`],
          ['known', `${foreseen.known} of them have said that the agent is, or was, there`],
        ]),
      );
      session.note('a dry run: nothing was stored; --look has the machines look for the agent');
      return;
    }
    const made = await session.api.send(TakeoverDetail, 'POST', '/takeovers', body);
    session.answer(made, () => shown(made));
    session.note(`how it goes: holdfast takeover status ${made.id}`);
  });
}

function listVerb(noun: Command, surroundings: Surroundings): void {
  const list = withList(
    apiVerb(noun, 'list', 'list foreign agents and how far their takeover is', [
      'takeover list',
      'takeover list --search remotely --json',
    ]),
  );
  runOverApi(list, surroundings, async (session, _values, options) => {
    const page = await session.api.list(TakeoverSummary, '/takeovers', number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'AGENT', value: (row) => row.name },
          { title: 'COLLECTION', value: (row) => row.collectionName },
          { title: 'MODE', value: (row) => (row.withdrawnAt === null ? row.mode : 'withdrawn'), whole: true },
          { title: 'MEMBERS', value: stateWords },
        ],
        surroundings.columns,
      ),
    );
  });
}

function statusVerb(noun: Command, surroundings: Surroundings): void {
  const status = withList(
    apiVerb(
      noun,
      'status <takeover>',
      'where a takeover stands on each machine, by id or name of the agent',
      ['takeover status Remotely', 'takeover status Remotely --search web --json'],
    ),
  );
  runOverApi(status, surroundings, async (session, values, options) => {
    const takeover = await find(session, argument(values, 0));
    const path = `/takeovers/${takeover.id}/clients`;
    const page = await session.api.list(TakeoverMember, path, number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ ...takeover, clients: page.items, total: page.total }, () => {
      const clients = table(
        page.items,
        [
          { title: 'HOST NAME', value: (row) => row.hostName },
          { title: 'STATE', value: (row) => row.state, whole: true },
          { title: 'SINCE', value: (row) => (row.at === null ? '-' : when(row.at)), whole: true },
          { title: 'LAST MESSAGE', value: (row) => row.text ?? '-' },
        ],
        surroundings.columns,
      );
      return `${shown(takeover)}\n\n${clients}`;
    });
  });
}

function changeVerbs(noun: Command, surroundings: Surroundings): void {
  const begin = apiVerb(noun, 'begin <takeover>', 'take over what the machines have only looked for so far', [
    'takeover begin Remotely',
  ]);
  runOverApi(begin, surroundings, async (session, values) => {
    const { id } = await find(session, argument(values, 0));
    const body = { mode: 'take-over' };
    const changed = await session.api.send(TakeoverDetail, 'PUT', `/takeovers/${id}`, body);
    session.answer(changed, () => shown(changed));
  });

  const remove = apiVerb(
    noun,
    'remove <takeover>',
    'withdraw a takeover: what is under way is taken back, agents that are gone stay gone',
    ['takeover remove Remotely'],
  );
  runOverApi(remove, surroundings, async (session, values) => {
    const { id, name } = await find(session, argument(values, 0));
    await session.api.change('DELETE', `/takeovers/${id}`);
    session.answer({ id, withdrawn: true }, () => `withdrawn  ${name} ${id}`);
  });
}
