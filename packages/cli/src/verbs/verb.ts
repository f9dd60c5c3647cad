/** What every verb has: its help with examples, the common options, and one way to answer. */
import { HoldfastError } from '@holdfast/contract';
import { type Command, InvalidArgumentError } from 'commander';
import type { Api } from '../api.ts';
import { jsonText, type Surroundings } from '../terminal.ts';

/** What a verb gets to work with. */
export type Session = {
  readonly surroundings: Surroundings;
  /** Answers: the document with --json, the text for a person without. */
  answer(document: unknown, text: () => string): void;
  /** A line for a person on standard error; silent with --json. */
  note(text: string): void;
  readonly json: boolean;
};

export type ApiSession = Session & { readonly api: Api };

type CommonOptions = { json?: boolean; site?: string; apiKey?: string };

function session(surroundings: Surroundings, options: CommonOptions): Session {
  const json = options.json === true;
  return {
    surroundings,
    json,
    answer(document, text) {
      surroundings.out(`${json ? jsonText(document, 2) : text()}\n`);
    },
    note(text) {
      if (!json) surroundings.error(`${text}\n`);
    },
  };
}

/**
 * A verb that needs no site: `examples` are shown by --help, without the leading name of the program.
 * @param isDefault whether it is run where no verb is named
 */
export function localVerb(
  parent: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
  program = 'holdfast',
  isDefault = false,
): Command {
  return parent
    .command(usage, { isDefault })
    .description(summary)
    .option('--json', 'answer with one JSON document; errors as {"error":{code,message,remedy}}')
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${program} ${line}`).join('\n')}`);
}

/** A verb over the administrators' API. */
export function apiVerb(
  parent: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
): Command {
  return localVerb(parent, usage, summary, examples)
    .option('--site <url>', "address of the site's console (or HOLDFAST_SITE, or `holdfast login`)")
    .option('--api-key <key>', 'API key (or HOLDFAST_API_KEY, or `holdfast login`)');
}

type Handler<S> = (session: S, values: readonly string[], options: Record<string, unknown>) => Promise<void>;

/** Runs a local verb: its arguments in order as text (a missing optional one is left out), then its options. */
export function runLocal(command: Command, surroundings: Surroundings, handler: Handler<Session>): void {
  command.action(async () => {
    const options = command.opts<CommonOptions & Record<string, unknown>>();
    await handler(session(surroundings, options), command.args, options);
  });
}

/** Runs a verb over the API. */
export function runOverApi(command: Command, surroundings: Surroundings, handler: Handler<ApiSession>): void {
  runLocal(command, surroundings, async (local, values, options) => {
    // A verb over files needs neither of these, nor the schemas that they check answers by.
    const [{ openApi }, { chooseSite }] = await Promise.all([import('../api.ts'), import('../profile.ts')]);
    const { site, apiKey } = await chooseSite(surroundings.environment, command.opts<CommonOptions>());
    await handler({ ...local, api: openApi(site, apiKey, surroundings.stopped) }, values, options);
  });
}

/** Parses a whole number of an option. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** Adds --limit and --search, as every list has them. */
export function withList(command: Command): Command {
  return command
    .option('--limit <rows>', 'at most this many rows', wholeNumber(1, 100_000), 100)
    .option('--search <text>', 'only rows that contain this text');
}

export function text(options: Record<string, unknown>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function texts(options: Record<string, unknown>, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function number(options: Record<string, unknown>, name: string, otherwise: number): number {
  const value = options[name];
  return typeof value === 'number' ? value : otherwise;
}

/** An argument that the usage line declares as required. */
export function argument(values: readonly string[], index: number): string {
  const value = values[index];
  if (value === undefined) throw new HoldfastError('request.invalid', `Argument ${index + 1} is missing.`);
  return value;
}

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 } as const;

/** Seconds of `90s`, `30m`, `12h`, `7d`, `2w`. */
export function duration(words: string): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(words) ?? [];
  if (count === undefined || unit === undefined || !(unit in units)) {
    throw new InvalidArgumentError('Write it as a number with its unit: 90s, 30m, 12h, 7d, 2w.');
  }
  return Number(count) * units[unit as keyof typeof units];
}

/** Seconds as `duration` reads them, in the greatest unit that says them whole: `90s`, `1h`, `1w`. */
export function durationWord(seconds: number): string {
  const whole = Object.entries(units).filter(([, size]) => seconds >= size && seconds % size === 0);
  const [unit, size] = whole.at(-1) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

/** Milliseconds since 1970 of a date (`2026-09-01T18:00`, local time unless it says otherwise) or of `+2h` from now. */
export function moment(words: string): number {
  if (words.startsWith('+')) return Date.now() + duration(words.slice(1)) * 1000;
  const time = /^\d{4}-\d{2}-\d{2}/.test(words) ? Date.parse(words) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('Write it as 2026-09-01T18:00, 2026-09-01T16:00Z, or +2h from now.');
  }
  return time;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
