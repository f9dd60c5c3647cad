/** Making Linux machines clients from here: one token for each, the site's script over ssh, its phases as they arrive. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClientSetupScript,
  type ErrorCode,
  HoldfastError,
  PageOf,
  SetupDetail,
  type SetupReport,
  SetupSummary,
  TokenCreated,
} from '@holdfast/contract';
import type { Api } from '../api.ts';
import { coded } from '../run-program.ts';
import { runOverSsh, sshFailure } from './ssh.ts';

/** Milliseconds. */
export type PushTimes = {
  /** Between looks at the site. */
  readonly poll: number;
  /** For the last word of a set-up that has ended on the machine. */
  readonly settle: number;
  /** Between tries at one machine, and for how long it is tried; one try where undefined. */
  readonly again: { readonly every: number; readonly upTo: number } | undefined;
};

export type PushOptions = {
  readonly label: string;
  readonly sudo: boolean;
  readonly sshOptions: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly times: PushTimes;
  /** Words for holdfast-setup behind the token. */
  readonly words: readonly string[];
};

export type PushResult = {
  readonly target: string;
  /** `restart-needed`: it goes on by itself after the machine's next start. */
  readonly state: 'succeeded' | 'restart-needed' | 'failed';
  readonly setupId: string | null;
  readonly clientId: string | null;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly remedy: string };
};

/** Told of each phase, and of each try that failed; text of the machine: hostile. */
export type PushWatcher = (target: string, event: SetupReport | HoldfastError) => void;

/** Exit code of the bootstrap: it goes on after a restart. */
const restartNeeded = 7;
/** Seconds that a token lives beyond the last try. */
const tokenReserve = 3_600;

/** One word for a POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** The script with its words in front: none of them, the token above all, stands in a command line. */
const withWords = (script: string, words: readonly string[]): string =>
  `set -- ${words.map(quoted).join(' ')}\n${script}`;

type Try = {
  readonly api: Api;
  readonly target: string;
  readonly tokenId: string;
  readonly watch: PushWatcher;
};

/** What the site heard of the set-ups with this token; tells of each report once. */
function follow({ api, target, tokenId, watch }: Try) {
  const told = new Map<string, number>();
  return async (): Promise<SetupDetail | undefined> => {
    const page = await api.get(PageOf(SetupSummary), '/setups', { tokenId, limit: 1 });
    const [latest] = page.items;
    if (!latest) return undefined;
    const detail = await api.get(SetupDetail, `/setups/${latest.id}`);
    for (const report of detail.reports) {
      if (report.seq <= (told.get(detail.id) ?? 0)) continue;
      told.set(detail.id, report.seq);
      watch(target, report);
    }
    return detail;
  };
}

/** The end of a set-up as the site has it: the exit code says that it ended well, the site that it is so. */
async function confirmed(
  look: () => Promise<SetupDetail | undefined>,
  target: string,
  { times, signal }: PushOptions,
): Promise<SetupDetail> {
  for (let waited = 0; ; waited += times.poll) {
    const detail = await look();
    if (detail?.state === 'succeeded') return detail;
    if (waited >= times.settle) break;
    await sleep(times.poll, undefined, { signal });
  }
  throw new HoldfastError(
    'push.failed',
    `${target}: the script ended well, but the site did not hear the end of its set-up.`,
    { details: { target } },
  );
}

/** @throws HoldfastError why this try failed */
async function tryOnce(one: Try, token: string, script: string, options: PushOptions): Promise<PushResult> {
  const { target } = one;
  const look = follow(one);
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      // Only what is shown in between depends on this look: one that fails is made again.
      await look().catch(() => undefined);
      await sleep(options.times.poll, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  const { signal, sudo, environment, sshOptions } = options;
  const text = withWords(script, [`TOKEN=${token}`, ...options.words]);
  const end = await runOverSsh({
    target,
    sudo,
    script: text,
    options: sshOptions,
    environment,
    signal,
  }).finally(async () => {
    ended.abort();
    await watching;
  });
  if (end.code === restartNeeded) {
    const detail = await look();
    const { id = null, clientId = null } = detail ?? {};
    return { target, state: 'restart-needed', setupId: id, clientId };
  }
  if (end.code !== 0) {
    await look().catch(() => undefined);
    throw sshFailure(target, end);
  }
  const { id, clientId } = await confirmed(look, target, options);
  return { target, state: 'succeeded', setupId: id, clientId };
}

async function pushTo(
  api: Api,
  target: string,
  script: string,
  options: PushOptions,
  watch: PushWatcher,
): Promise<PushResult> {
  const { again } = options.times;
  const lifetimeSeconds = Math.ceil((again?.upTo ?? 0) / 1000) + tokenReserve;
  const label = `${options.label}: ${target}`.slice(0, 120);
  const made = await api.send(TokenCreated, 'POST', '/tokens', { label, maxUses: 1, lifetimeSeconds });
  const one = { api, target, tokenId: made.id, watch };
  const giveUpAt = Date.now() + (again?.upTo ?? 0);
  for (;;) {
    try {
      return await tryOnce(one, made.token, script, options);
    } catch (thrown) {
      options.signal.throwIfAborted();
      const error = coded(thrown);
      watch(target, error);
      if (again === undefined || Date.now() + again.every > giveUpAt) {
        const { code, message, remedy } = error;
        return { target, state: 'failed', setupId: null, clientId: null, error: { code, message, remedy } };
      }
    }
    await sleep(again.every, undefined, { signal: options.signal });
  }
}

/**
 * Pushes to all targets, `parallel` of them at a time.
 * @throws HoldfastError `release.missing` and whatever the site refuses; what goes wrong with one machine is its result
 */
export async function push(
  api: Api,
  targets: readonly string[],
  options: PushOptions & { readonly parallel: number },
  watch: PushWatcher,
): Promise<PushResult[]> {
  const { text } = await api.get(ClientSetupScript, '/client-setup/script');
  const results = new Map<string, PushResult>();
  const waiting = [...new Set(targets)];
  const worker = async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      results.set(target, await pushTo(api, target, text, options, watch));
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, waiting.length) }, worker));
  return [...results.values()];
}
