/** `holdfast client upgrades`: which there are, how one stands, and what an administrator decides about it. */
import {
  ClientUpgradeDetail,
  ClientUpgradeSummary,
  HoldfastError,
  UpgradeMember,
  UpgradeMemberState,
} from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { type Surroundings, table, when } from '../terminal.ts';
import { shownUpgrade } from './client-upgrade.ts';
import { type ApiSession, apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

const decisions = ['pause', 'resume', 'withdraw'] as const;
const memberStates = UpgradeMemberState.anyOf.map((one) => one.const);

async function list(session: ApiSession, options: Record<string, unknown>): Promise<void> {
  const search = text(options, 'search');
  const page = await session.api.list(
    ClientUpgradeSummary,
    '/client-upgrades',
    number(options, 'limit', 100),
    {
      search,
    },
  );
  session.answer({ items: page.items, total: page.total }, () =>
    table(
      page.items,
      [
        { title: 'ID', value: (row) => row.id ?? '', whole: true },
        { title: 'ORDER', value: (row) => `${row.action} ${row.version}`, whole: true },
        { title: 'COLLECTION', value: (row) => row.collectionName },
        { title: 'STATE', value: (row) => row.state, whole: true },
        { title: 'RING', value: (row) => `${row.ring} of ${row.rings}` },
        { title: 'MACHINES', value: (row) => row.members },
        { title: 'REASON', value: (row) => row.reason },
      ],
      session.surroundings.columns,
    ),
  );
}

async function members(session: ApiSession, id: string, options: Record<string, unknown>): Promise<void> {
  const rows = number(options, 'limit', 100);
  const page = await session.api.list(UpgradeMember, `/client-upgrades/${id}/members`, rows, {
    search: text(options, 'search'),
    state: text(options, 'state'),
  });
  session.answer({ items: page.items, total: page.total }, () =>
    table(
      page.items,
      [
        { title: 'HOST NAME', value: (row) => row.hostName },
        { title: 'RING', value: (row) => row.ring },
        { title: 'STATE', value: (row) => (row.accepted ? 'accepted' : row.state), whole: true },
        { title: 'HAS', value: (row) => row.clientVersion },
        { title: 'TAKES', value: (row) => row.version },
        { title: 'HEARD', value: (row) => when(row.heardAt), whole: true },
        { title: 'CAUSE', value: (row) => row.cause ?? '' },
        { title: 'REASON', value: (row) => row.reason ?? '' },
      ],
      session.surroundings.columns,
    ),
  );
}

async function one(session: ApiSession, id: string, options: Record<string, unknown>): Promise<void> {
  const path = `/client-upgrades/${encodeURIComponent(id)}`;
  const decided = decisions.filter((decision) => options[decision] === true);
  const [decision, another] = decided;
  if (another !== undefined) {
    throw new HoldfastError('request.invalid', `--${decision} and --${another} do not go together.`);
  }
  if (decision === undefined && (text(options, 'state') ?? text(options, 'search')) !== undefined) {
    return await members(session, encodeURIComponent(id), options);
  }
  const upgrade =
    decision === undefined
      ? await session.api.get(ClientUpgradeDetail, path)
      : await session.api.send(ClientUpgradeDetail, 'POST', `${path}/${decision}`, {});
  session.answer(upgrade, () => shownUpgrade(upgrade, session.surroundings.columns));
}

export function clientUpgradesVerb(noun: Command, surroundings: Surroundings): void {
  const id = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
  const upgrades = withList(
    apiVerb(noun, 'upgrades [id]', 'list upgrades, show one or its machines, or decide about it', [
      'client upgrades',
      `client upgrades ${id}`,
      `client upgrades ${id} --state failed --json`,
      `client upgrades ${id} --pause`,
      `client upgrades ${id} --resume`,
      `client upgrades ${id} --withdraw`,
    ])
      .addOption(new Option('--state <state>', 'list the machines in this state').choices(memberStates))
      .option('--pause', 'begin no further ring, take back orders that no machine has begun with')
      .option('--resume', 'go on, also after a stop: what had failed counts no more')
      .option('--withdraw', 'take back all orders for good'),
  );
  runOverApi(upgrades, surroundings, async (session, values, options) => {
    if (values.length > 0) return await one(session, argument(values, 0), options);
    for (const name of [...decisions, 'state']) {
      if (options[name] !== undefined) {
        throw new HoldfastError('request.invalid', `--${name} needs the id of an upgrade.`);
      }
    }
    return await list(session, options);
  });
}
