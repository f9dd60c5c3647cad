/** `holdfast client push`: makes Linux machines clients over ssh. */
import { ClientSetup, HoldfastError } from '@holdfast/contract';
import type { Command } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { type PushResult, type PushTimes, push } from '../push/push.ts';
import { checkTarget } from '../push/ssh.ts';
import { plain, type Surroundings, table } from '../terminal.ts';
import { type ApiSession, apiVerb, collect, number, runOverApi, text, texts, wholeNumber } from './verb.ts';

const hour = 3_600_000;
const once: PushTimes = { poll: 2_000, settle: 30_000, again: undefined };
/** As the field's own client push: hourly, up to seven days. */
const often: PushTimes = { ...once, again: { every: hour, upTo: 7 * 24 * hour } };

function shown(results: readonly PushResult[], columns: number | undefined): string {
  return table(
    results,
    [
      { title: 'MACHINE', value: (row) => row.target, whole: true },
      { title: 'STATE', value: (row) => row.state, whole: true },
      { title: 'CLIENT', value: (row) => row.clientId ?? '-' },
      { title: 'REASON', value: ({ error }) => (error ? `${error.message} [${error.code}]` : '') },
    ],
    columns,
  );
}

/** What would be done, after a look whether it could be. */
async function rehearse(session: ApiSession, targets: readonly string[]): Promise<void> {
  const setup = await session.api.get(ClientSetup, '/client-setup');
  if (setup.setupScript === null || setup.release === null) {
    throw new HoldfastError('release.missing', 'The site has no release of the client for Linux.');
  }
  const { version } = setup.release;
  session.answer({ targets, version, script: setup.setupScript, dryRun: true }, () =>
    targets.map((target) => `${target}: client ${version} of ${setup.managementPoint}`).join('\n'),
  );
  session.note('a dry run: no machine was reached, no token made');
}

async function pushTo(
  session: ApiSession,
  targets: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  for (const target of targets) checkTarget(target);
  if (options.dryRun === true) return await rehearse(session, targets);
  const { surroundings } = session;
  const results = await push(
    session.api,
    targets,
    {
      label: text(options, 'tokenLabel') ?? 'client push',
      sudo: options.sudo === true,
      sshOptions: texts(options, 'sshOption'),
      words: texts(options, 'word'),
      environment: surroundings.environment,
      signal: surroundings.stopped,
      times: options.keepTrying === true ? often : once,
      parallel: number(options, 'parallel', 10),
    },
    (target, event) =>
      session.note(
        event instanceof HoldfastError
          ? plain(`${event.message} [${event.code}]: ${event.remedy}`)
          : plain(`${target}: ${event.phase} ${event.moment}${event.reason ? `: ${event.reason}` : ''}`),
      ),
  );
  session.answer({ items: results }, () => shown(results, surroundings.columns));
  if (results.some(({ state }) => state === 'failed')) throw new AnsweredNo();
}

export function clientPushVerb(noun: Command, surroundings: Surroundings): void {
  const verb = apiVerb(
    noun,
    'push <machine...>',
    'make Linux machines clients, over ssh with your own keys',
    [
      'client push root@web-01 root@web-02',
      'client push --sudo admin@web-03 --token-label "rack 4" --keep-trying',
      'client push --ssh-option Port=2222 root@10.0.0.7 --dry-run --json',
    ],
  )
    .option('--sudo', 'become root by sudo, which must not ask for a password')
    .option(
      '--token-label <text>',
      'what the tokens are for; each machine gets one of its own',
      'client push',
    )
    .option('--parallel <count>', 'machines at a time', wholeNumber(1, 100), 10)
    .option('--keep-trying', 'try a machine that fails again every hour, up to 7 days')
    .option(
      '--ssh-option <option>',
      'an option of ssh, as its -o takes it; may be given several times',
      collect,
    )
    .option(
      '--word <word>',
      'a word for holdfast-setup, such as CACHESIZE=2048; may be given several times',
      collect,
    )
    .option('--dry-run', 'look whether it could be done, change nothing');
  runOverApi(verb, surroundings, (session, values, options) => pushTo(session, values, options));
}
