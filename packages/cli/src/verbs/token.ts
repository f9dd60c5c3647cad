/** `holdfast token`: what lets new machines enrol. */
import { TokenCreated, TokenSummary } from '@holdfast/contract';
import type { Command } from 'commander';
import { type Surroundings, table, when } from '../terminal.ts';
import { apiVerb, argument, duration, number, runOverApi, text, wholeNumber, withList } from './verb.ts';

const standardLifetime = 86_400;

export function tokenVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('token').description('enrolment tokens');

  const create = apiVerb(noun, 'create', 'create an enrolment token; its text is shown this once', [
    'token create --label "laptops of building 4"',
    'token create --label farm --uses 50 --lifetime 7d --json',
    'token create --label image --unlimited --lifetime 12h',
  ])
    .requiredOption('--label <text>', 'what it is for')
    .option('--uses <count>', 'how many clients may enrol with it', wholeNumber(1, 1_000_000), 1)
    .option('--unlimited', 'as many clients as like, until it expires')
    .option(
      '--lifetime <duration>',
      'how long it is valid: 30m, 12h, 7d (1d where it is left out)',
      duration,
    );
  runOverApi(create, surroundings, async (session, _values, options) => {
    const created = await session.api.send(TokenCreated, 'POST', '/tokens', {
      label: text(options, 'label'),
      maxUses: options.unlimited === true ? null : number(options, 'uses', 1),
      lifetimeSeconds: number(options, 'lifetime', standardLifetime),
    });
    session.answer(created, () => created.token);
    session.note(
      `valid until ${when(created.expiresAt)}; on the machine: holdfast-client enrol --site URL --token …`,
    );
  });

  const list = withList(apiVerb(noun, 'list', 'list enrolment tokens', ['token list', 'token list --json']));
  runOverApi(list, surroundings, async (session, _values, options) => {
    const page = await session.api.list(TokenSummary, '/tokens', number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'LABEL', value: (row) => row.label },
          { title: 'USES', value: (row) => `${row.uses}/${row.maxUses ?? '∞'}` },
          {
            title: 'EXPIRES',
            value: (row) => (row.revokedAt === null ? when(row.expiresAt) : 'revoked'),
            whole: true,
          },
        ],
        surroundings.columns,
      ),
    );
  });

  const revoke = apiVerb(
    noun,
    'revoke <id>',
    'revoke an enrolment token; clients that used it stay enrolled',
    ['token revoke 0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11'],
  );
  runOverApi(revoke, surroundings, async (session, values) => {
    const id = argument(values, 0);
    await session.api.change('DELETE', `/tokens/${encodeURIComponent(id)}`);
    session.answer({ id, revoked: true }, () => `revoked  ${id}`);
  });
}
