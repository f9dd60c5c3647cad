/** `holdfast why`: why a deployment stands where it stands on a client, as its status messages tell it. */
import { type ClientDetail, HoldfastError, StatusRow } from '@holdfast/contract';
import type { Command } from 'commander';
import { plain, type Surroundings, when } from '../terminal.ts';
import { type Story, storyOf } from '../why/story.ts';
import { findClient } from './find.ts';
import { type ApiSession, apiVerb, argument, runOverApi } from './verb.ts';

/** Messages that a story is made of, and those of the client itself that are looked through. */
const messageLimit = 500;

type Deployment = ClientDetail['deployments'][number];

/** The deployments that the words name: by id, by package, or by `package version`; all without words. */
function chosen(client: ClientDetail, words: string | undefined): readonly Deployment[] {
  if (words === undefined) return client.deployments;
  const wanted = words.toLowerCase();
  const found = client.deployments.filter(
    ({ deploymentId, packageName, packageVersion }) =>
      deploymentId === wanted ||
      [packageName, `${packageName} ${packageVersion}`, `${packageName}@${packageVersion}`].some(
        (name) => name.toLowerCase() === wanted,
      ),
  );
  if (found.length > 0) return found;
  const names = client.deployments.map((one) => `${one.packageName} ${one.packageVersion}`).join(', ');
  throw new HoldfastError(
    'not-found',
    `Nothing called ${words} is deployed to ${client.hostName} (it has: ${names || 'nothing'}).`,
  );
}

async function storiesOf(session: ApiSession, client: ClientDetail, words: string | undefined) {
  const path = `/clients/${client.id}/status`;
  const deployments = chosen(client, words);
  const all = await session.api.list(StatusRow, path, messageLimit, {});
  const common = all.items.filter((row) => row.deploymentId === null && row.severity !== 'info');
  const stories: Story[] = [];
  for (const deployment of deployments) {
    const { deploymentId } = deployment;
    const own = await session.api.list(StatusRow, path, messageLimit, { deploymentId });
    const rows = [...own.items, ...common].sort((one, other) => other.id - one.id);
    stories.push(storyOf(deployment, rows));
  }
  return stories;
}

function told(story: Story): string {
  const lines = story.messages.map(({ at, severity, text, times, cause }) =>
    plain(
      `${cause ? '=>' : '  '} ${when(at)}  ${severity.padEnd(7)}  ${text}${times > 1 ? ` (${times} times)` : ''}`,
    ),
  );
  const tries =
    story.attempts === 0 ? [] : [`tried     ${story.attempts === 1 ? 'once' : `${story.attempts} times`}`];
  return [
    plain(`${story.package}: ${story.state}`),
    plain(`because   ${story.because}`),
    ...tries,
    plain(`next      ${story.next}`),
    ...lines,
  ].join('\n');
}

export function whyVerb(program: Command, surroundings: Surroundings): void {
  const why = apiVerb(program, 'why <client> [item]', 'why a deployment stands where it stands on a client', [
    'why web-01',
    'why web-01 PuTTY',
    'why web-01 "PuTTY 0.68" --json',
  ]);
  runOverApi(why, surroundings, async (session, values) => {
    const client = await findClient(session.api, argument(values, 0));
    const items = await storiesOf(session, client, values[1]);
    session.answer({ client: { id: client.id, hostName: client.hostName }, items }, () => {
      if (items.length === 0) return plain(`Nothing is deployed to ${client.hostName}.`);
      return [plain(client.hostName), ...items.map(told)].join('\n\n');
    });
  });
}
