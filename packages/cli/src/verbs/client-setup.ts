/** `holdfast client setup` and `setups`: the line that makes a machine a client, and how that goes. */
import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  ClientSetup,
  HoldfastError,
  SetupDetail,
  SetupState,
  SetupSummary,
  setupLine,
  sha256,
  TokenCreated,
} from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { facts, type Surroundings, table, when } from '../terminal.ts';
import {
  type ApiSession,
  apiVerb,
  argument,
  duration,
  number,
  runOverApi,
  text,
  wholeNumber,
  withList,
} from './verb.ts';

const day = 86_400;

/** The .msi of the newest release with address and token in it, for its owner alone. */
async function writeConfigured(
  session: ApiSession,
  { release }: ClientSetup,
  token: string,
  output: string,
): Promise<{ path: string; size: number; sha256: string }> {
  const msi = release?.packages.find(({ kind }) => kind === 'msi');
  if (!release || !msi) throw new HoldfastError('release.missing', 'The site has no .msi of the client.');
  const place = `/client-releases/${release.version}/packages/${encodeURIComponent(msi.name)}/configured`;
  const bytes = await session.api.bytes(place, { token });
  const path = resolve(output);
  await writeFile(`${path}.new`, bytes, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  return { path, size: bytes.length, sha256: sha256(bytes) };
}

function setupVerb(noun: Command, surroundings: Surroundings): void {
  const setup = apiVerb(
    noun,
    'setup',
    'print the one line that makes a machine a client; makes a token for it',
    [
      'client setup',
      'client setup --platform windows --token-label "front office" --uses 20 --lifetime 7d',
      'client setup --json',
    ],
  )
    .addOption(
      new Option('--platform <platform>', 'of the machine').choices(['linux', 'windows']).default('linux'),
    )
    .option('--token-label <text>', 'what the token is for', 'client setup')
    .option('--uses <count>', 'how many machines may use it', wholeNumber(1, 1_000_000), 1)
    .option('--output <file>', 'write an .msi with address and token in it in place of a line (windows)')
    .option(
      '--lifetime <duration>',
      'how long it is valid: 30m, 12h, 7d (1d where it is left out)',
      duration,
    );
  runOverApi(setup, surroundings, async (session, _values, options) => {
    const offer = await session.api.get(ClientSetup, '/client-setup');
    const platform = text(options, 'platform') === 'windows' ? 'windows' : 'linux';
    if (platform === 'linux' && options.output !== undefined) {
      throw new HoldfastError(
        'request.invalid',
        'Only the package for Windows can hold its settings: --platform windows.',
      );
    }
    // Without a package there is no line: found out before a token is made for nothing.
    setupLine(offer, platform, '');
    const { token, ...made } = await session.api.send(TokenCreated, 'POST', '/tokens', {
      label: text(options, 'tokenLabel'),
      maxUses: number(options, 'uses', 1),
      lifetimeSeconds: number(options, 'lifetime', day),
    });
    const output = text(options, 'output');
    if (output !== undefined) {
      const written = await writeConfigured(session, offer, token, output);
      session.answer({ platform, ...written, token: made }, () => written.path);
      session.note(
        `whoever has it may enrol until ${when(made.expiresAt)}; a double click sets a machine up`,
      );
      return;
    }
    const line = setupLine(offer, platform, token);
    session.answer({ platform, line, token: { ...made, token }, setup: offer }, () => line);
    session.note(
      platform === 'linux'
        ? `valid until ${when(made.expiresAt)}; nothing is run unless it has the hash in the line`
        : `valid until ${when(made.expiresAt)}; for cmd as administrator; nothing is run unless it has the hash in the line`,
    );
    session.note('how it goes: holdfast client setups');
  });
}

function shown(detail: SetupDetail, columns: number | undefined): string {
  const about = facts([
    ['host name', detail.hostName],
    ['id', detail.id],
    ['state', detail.state],
    ['intent', detail.intent],
    ['version', detail.version ?? undefined],
    ['token', detail.tokenLabel],
    ['client', detail.clientId ?? undefined],
    ['first heard', when(detail.firstHeardAt)],
    ['last heard', when(detail.lastHeardAt)],
  ]);
  const reports = table(
    detail.reports,
    [
      { title: 'AT', value: (row) => when(row.at), whole: true },
      { title: 'PHASE', value: (row) => row.phase, whole: true },
      { title: 'MOMENT', value: (row) => row.moment, whole: true },
      { title: 'REASON', value: (row) => [row.error, row.reason].filter(Boolean).join(': ') },
    ],
    columns,
  );
  return `${about}\n\n${reports}`;
}

export function clientSetupVerbs(noun: Command, surroundings: Surroundings): void {
  setupVerb(noun, surroundings);
  const setups = withList(
    apiVerb(noun, 'setups [setup]', 'list how set-ups stand, or show one with its phases', [
      'client setups',
      'client setups --state failed',
      'client setups 0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11 --json',
    ]).addOption(
      new Option('--state <state>', 'only those that stand so').choices(
        SetupState.anyOf.map((one) => one.const),
      ),
    ),
  );
  runOverApi(setups, surroundings, async (session, values, options) => {
    if (values.length > 0) {
      const path = `/setups/${encodeURIComponent(argument(values, 0))}`;
      const detail = await session.api.get(SetupDetail, path);
      session.answer(detail, () => shown(detail, surroundings.columns));
      return;
    }
    const page = await session.api.list(SetupSummary, '/setups', number(options, 'limit', 100), {
      search: text(options, 'search'),
      state: text(options, 'state'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'HOST NAME', value: (row) => row.hostName },
          { title: 'STATE', value: (row) => row.state, whole: true },
          { title: 'PHASE', value: (row) => `${row.phase} ${row.moment}` },
          { title: 'LAST HEARD', value: (row) => when(row.lastHeardAt), whole: true },
          { title: 'REASON', value: (row) => [row.error, row.reason].filter(Boolean).join(': ') },
        ],
        surroundings.columns,
      ),
    );
  });
}
