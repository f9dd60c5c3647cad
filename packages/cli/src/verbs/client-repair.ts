/** `holdfast client repair`: has machines run the bootstrap over their client. */
import { ClientRepair, type ClientRepairCreate, HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Command } from 'commander';
import { facts, type Surroundings, table } from '../terminal.ts';
import { findClient, findCollection } from './find.ts';
import { type ApiSession, apiVerb, argument, runOverApi } from './verb.ts';

/** A client of this name or id; where there is none, a collection. @throws HoldfastError `not-found` */
async function targetOf({ api }: ApiSession, words: string): Promise<ClientRepairCreate> {
  try {
    return { clientId: (await findClient(api, words)).id };
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'not-found')) throw thrown;
  }
  try {
    return { collectionId: (await findCollection(api, words)).id };
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'not-found')) throw thrown;
    throw new HoldfastError('not-found', `There is no client and no collection ${words}.`, { cause: thrown });
  }
}

function shown(repair: ClientRepair, columns: number | undefined): string {
  const about = facts([
    ['target', repair.target],
    ['mark', `repaired-${repair.nonce}`],
    ['left out', repair.leftOut === 0 ? undefined : `${repair.leftOut} machines without a client to repair`],
  ]);
  const deployments = table(
    repair.deployments,
    [
      { title: 'DEPLOYMENT', value: (row) => row.deploymentId ?? '-', whole: true },
      { title: 'PLATFORM', value: (row) => row.platform },
      { title: 'CLIENTS', value: (row) => row.clients },
      { title: 'COMMAND', value: (row) => row.command },
    ],
    columns,
  );
  return `${about}\n\n${deployments}`;
}

export function clientRepairVerb(noun: Command, surroundings: Surroundings): void {
  const repair = apiVerb(
    noun,
    'repair <target>',
    'repair the client of a machine, or of the members that a collection has now',
    ['client repair web-01', 'client repair "All clients" --dry-run', 'client repair pilot --json'],
  ).option('--dry-run', 'show what would be deployed, change nothing');
  runOverApi(repair, surroundings, async (session, values, options) => {
    const dryRun = options.dryRun === true;
    const target = await targetOf(session, argument(values, 0));
    const query = dryRun ? { dryRun } : {};
    const made = await session.api.send(ClientRepair, 'POST', '/client-repairs', target, query);
    session.answer({ ...made, dryRun }, () => shown(made, surroundings.columns));
    if (dryRun) return session.note('a dry run: nothing was deployed');
    for (const { deploymentId } of made.deployments) {
      if (deploymentId !== null) session.note(`how it goes: holdfast deployment show ${deploymentId}`);
    }
  });
}
