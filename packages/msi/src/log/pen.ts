/** Puts lines into a log: UTF-16 with a byte order mark, ended by CR LF, only of the kinds that are asked for. */
import { type Appender, appender } from '../appender.ts';
import type { ByteSink } from '../source.ts';
import type { LogFlags, LogLetter } from './flags.ts';
import { type Masker, masker } from './masking.ts';
import { type LogTime, logTime } from './times.ts';

export type LogOptions = {
  /** Where the first byte goes: 0, or the size of the file that is appended to. */
  readonly start?: number;
  /** Minutes that local time is ahead of UTC. */
  readonly offset?: number;
  /** Numbers of process and thread; their last two hexadecimal digits are written. */
  readonly process?: number;
  readonly thread?: number;
  /** Hidden properties, and custom actions with a hidden target. */
  readonly hidden?: Iterable<string>;
  /** What the first line says that wrote it. */
  readonly build?: string;
};

/** What the lines of one log have in common. */
export type Pen = {
  readonly mask: Masker;
  /** Properties as they are now, by name. */
  readonly values: Map<string, string>;
  readonly build: string;
  /** `Verbose logging`, or without the first word. */
  readonly title: string;
  now(): LogTime;
  /** A line, if the flags have one of the letters; always, where there are none. */
  put(letters: readonly LogLetter[], text: string): Promise<void>;
  /** A line with the prefix of the process; of a verbose log, unless other letters are named. */
  verbose(text: string, letters?: readonly LogLetter[]): Promise<void>;
  /** A line in the name of the product. */
  product(text: string): Promise<void>;
  flush(): Promise<void>;
};

const byteOrderMark = '\ufeff';

function hexadecimal(value: number): string {
  return (value & 0xff).toString(16).toUpperCase().padStart(2, '0');
}

/** A value in one line: a log is read line by line, and a line of a value must not pass for one of the installer. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}

/** Lines go into the sink one after the other; after a failed write every call fails. */
function linesInto(sink: ByteSink, flags: LogFlags, start: number): Pick<Pen, 'put' | 'flush'> {
  const out: Appender = appender(sink, start);
  let tail: Promise<void> = Promise.resolve();
  async function append(text: string): Promise<void> {
    const mark = out.position === 0 ? byteOrderMark : '';
    await out.append(Buffer.from(`${mark}${text}\r\n`, 'utf16le'));
    if (flags.flush) await out.flush();
  }
  return {
    put(letters: readonly LogLetter[], text: string): Promise<void> {
      if (letters.length > 0 && !letters.some((letter) => flags.letters.has(letter))) return tail;
      tail = tail.then(() => append(oneLine(text)));
      return tail;
    },
    flush(): Promise<void> {
      tail = tail.then(() => out.flush());
      return tail;
    },
  };
}

/** @param clock the stamps of the lines */
export function openPen(sink: ByteSink, flags: LogFlags, clock: { now(): number }, options: LogOptions): Pen {
  const { start = 0, offset = 0, process = 0, thread = 0, hidden = [] } = options;
  const { put, flush } = linesInto(sink, flags, start);
  const mask = masker(hidden);
  const values = new Map<string, string>();
  const now = (): LogTime => logTime(clock.now(), offset);
  const ids = `(${hexadecimal(process)}:${hexadecimal(thread)})`;
  const verbose: Pen['verbose'] = (text, letters = ['v']) => {
    const { second, millisecond } = now();
    return put(letters, `MSI (s) ${ids} [${second}:${millisecond}]: ${text}`);
  };
  return {
    mask,
    values,
    build: options.build ?? 'HOLDFAST UNICODE 5.00',
    title: flags.letters.has('v') ? 'Verbose logging' : 'Logging',
    now,
    put,
    verbose,
    product: (text) =>
      verbose(`Product: ${mask.text(values.get('ProductName') ?? '')} -- ${text}`, ['v', 'i']),
    flush,
  };
}
