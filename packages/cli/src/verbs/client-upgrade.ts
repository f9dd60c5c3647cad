/** `holdfast client upgrade` and `rollback`: order a version for the clients of a collection, in rings. */
import {
  ClientUpgradeDetail,
  type RingLimit,
  type RingSize,
  ringLimitOf,
  ringSizesOf,
  type UpgradeRing,
} from '@holdfast/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { type Column, counts, facts, type Surroundings, table, when } from '../terminal.ts';
import { findCollection } from './find.ts';
import { type ApiSession, apiVerb, argument, duration, durationWord, runOverApi, text } from './verb.ts';

const hint = 'Write it as a share or a number of machines: 5%, 0.5%, 3.';

/** `5%` or `3`. */
export function limit(words: string): RingLimit {
  const known = ringLimitOf(words);
  if (known === undefined) throw new InvalidArgumentError(hint);
  return known;
}

/** `1%,10%,all` or `1,3,all`. */
export function rings(words: string): RingSize[] {
  const known = ringSizesOf(words);
  if (known === undefined) throw new InvalidArgumentError(hint);
  return known;
}

const shownLimit = (of: RingLimit): string => ('count' in of ? String(of.count) : `${of.percent} %`);

const ringSizes: readonly Column<UpgradeRing>[] = [
  { title: 'RING', value: (row) => row.ring },
  { title: 'MACHINES', value: (row) => row.members },
];

const ringStandings: readonly Column<UpgradeRing>[] = [
  ...ringSizes,
  {
    title: 'BEGUN',
    value: (row) => (row.startedAt === null ? 'not yet' : when(row.startedAt)),
    whole: true,
  },
  { title: 'STANDING', value: (row) => counts(row.counts) },
];

/** An upgrade as text; of one that was not ordered (a dry run has no id) only what it would be, not how it goes. */
export function shownUpgrade(upgrade: ClientUpgradeDetail, columns: number | undefined): string {
  const { causes, rules, skippedFor } = upgrade;
  const ordered = upgrade.id !== null;
  const about = facts([
    ['id', upgrade.id ?? undefined],
    ['order', `${upgrade.action} to ${upgrade.version}`],
    ['collection', upgrade.collectionName],
    ['state', ordered ? upgrade.state : undefined],
    ['reason', ordered ? upgrade.reason : undefined],
    ['ordered', ordered ? `${when(upgrade.createdAt)} by ${upgrade.createdBy}` : undefined],
    ['stops at', `${shownLimit(rules.failures)} failed or ${shownLimit(rules.silence)} silent in a ring`],
    [
      'settles',
      `${durationWord(rules.settleSeconds)}; an end is waited for ${durationWord(rules.leaseSeconds)}`,
    ],
    ['spread', durationWord(upgrade.spreadSeconds)],
    ['trial', `at least ${durationWord(rules.trialSeconds)}`],
    ['failures', Object.keys(causes).length === 0 ? undefined : counts(causes)],
  ]);
  const left = Object.entries(skippedFor).map(([reason, count]) => ({ reason, count }));
  const leftOut =
    left.length === 0
      ? ''
      : `\n\n${table(
          left,
          [
            { title: 'LEFT OUT', value: (row) => row.count },
            { title: 'REASON', value: (row) => row.reason },
          ],
          columns,
        )}`;
  return `${about}\n\n${table(upgrade.ringList, ordered ? ringStandings : ringSizes, columns)}${leftOut}`;
}

async function send(
  session: ApiSession,
  action: 'upgrade' | 'rollback',
  version: string,
  options: Record<string, unknown>,
): Promise<void> {
  const dryRun = options.dryRun === true;
  const { api, surroundings } = session;
  const collection = await findCollection(api, text(options, 'collection') ?? 'All clients');
  const settings = {
    rings: options.rings,
    failures: options.failures,
    silence: options.silence,
    settleSeconds: options.settle,
    leaseSeconds: options.lease,
    trialSeconds: options.trial,
    spreadSeconds: options.spread,
  };
  const body = { action, version, collectionId: collection.id, ...settings };
  const query = dryRun ? { dryRun } : {};
  const made = await api.send(ClientUpgradeDetail, 'POST', '/client-upgrades', body, query);
  session.answer({ ...made, dryRun }, () => shownUpgrade(made, surroundings.columns));
  session.note(
    dryRun ? 'a dry run: nothing was ordered' : `how it goes: holdfast client upgrades ${made.id}`,
  );
}

const summaries = {
  upgrade: 'have the clients of a collection take a newer version, in rings',
  rollback: 'have the clients of a collection go back to an older version, in rings',
} as const;

export function clientUpgradeVerbs(noun: Command, surroundings: Surroundings): void {
  for (const action of ['upgrade', 'rollback'] as const) {
    const verb = apiVerb(noun, `${action} <version>`, summaries[action], [
      `client ${action} 0.2.0 --collection "All clients" --dry-run`,
      `client ${action} 0.2.0 --collection pilot --rings 1,3,all --settle 30m`,
      `client ${action} 0.2.0 --collection "All clients" --rings 1%,10%,all --failures 2% --silence 5% --json`,
    ])
      .requiredOption('--collection <name>', 'its members of now; whoever joins later is none of them')
      .option('--rings <sizes>', 'machines of each ring: shares, numbers, or all (1%,9%,40%,50%)', rings)
      .option('--failures <limit>', 'failed machines that stop a ring: 5% or a number', limit)
      .option('--silence <limit>', 'silent machines that stop a ring: 10% or a number', limit)
      .option('--settle <time>', 'from the last end in a ring to the next ring (1h)', duration)
      .option('--lease <time>', 'within which the end of a machine must be heard (2h)', duration)
      .option('--trial <time>', 'that a version is on trial at least (3m)', duration)
      .option('--spread <time>', 'machines of a ring draw their moment within this (1h)', duration)
      .option('--dry-run', 'show the rings and who is left out, order nothing');
    runOverApi(verb, surroundings, (session, values, options) =>
      send(session, action, argument(values, 0), options),
    );
  }
}
