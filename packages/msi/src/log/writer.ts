/** Writes the log of an installation, in the layout of msiexec /L. */
import type { ByteSink } from '../source.ts';
import type { LogFlags, LogLetter } from './flags.ts';
import { formatInstallerError, installerError } from './installer-errors.ts';
import { type LogOptions, openPen, type Pen } from './pen.ts';
import {
  type ActionResult,
  customActionText,
  decisionText,
  endings,
  type LoggedAction,
  type LoggedDecision,
  noteText,
  returnValues,
} from './phrases.ts';
import type { LogTime } from './times.ts';

export type LogProduct = {
  readonly name: string;
  readonly version: string;
  readonly language: string;
  readonly manufacturer: string;
};

/** Why a restart is wanted, by msiexec's numbers (event 1038): 1 files in use, 2 ScheduleReboot, 3 ForceReboot, 4 custom action. */
export type RestartReason = 0 | 1 | 2 | 3 | 4;

/**
 * A log that is being written. Every call resolves when its lines are with the sink, or gathered for it; a failed write
 * fails that call and all after it. What the flags do not ask for is not written.
 */
export type InstallLog = {
  /**
   * The first lines. `product` is the package or the product code as it was named, `commandLine` the properties as they
   * were given, `name` the product's, where it is known by then.
   */
  begin(request: { product: string; commandLine: string; name?: string }): Promise<void>;
  actionStart(name: string, description?: string): Promise<void>;
  actionEnd(name: string, result: ActionResult): Promise<void>;
  /** An action that is passed over. */
  skip(name: string, reason: string): Promise<void>;
  /** One thing that an action does: a file, a value. */
  record(action: string, text: string): Promise<void>;
  decision(decision: LoggedDecision): Promise<void>;
  operation(text: string): Promise<void>;
  customAction(action: Parameters<typeof customActionText>[0]): Promise<void>;
  customActionFailed(name: string, code: number, ignored: boolean): Promise<void>;
  /** A property gets a value, or undefined: is deleted. */
  property(name: string, value: string | undefined): Promise<void>;
  note(code: number, values: readonly string[]): Promise<void>;
  /** An installer error. `values` are [2], [3] and on; `template` is the package's own text of it. */
  error(code: number, values: readonly string[], template?: string): Promise<void>;
  message(level: 'info' | 'warning' | 'error' | 'verbose' | 'extra', text: string): Promise<void>;
  rollingBack(actions: readonly string[]): Promise<void>;
  restart(kind: 'now' | 'later', reason: RestartReason): Promise<void>;
  /** All properties at the end. */
  properties(all: ReadonlyMap<string, string>): Promise<void>;
  end(exitCode: number, action: LoggedAction, product: LogProduct): Promise<void>;
};

/** Exit codes that are a success: done, restart started, restart wanted. */
const successes: ReadonlySet<number> = new Set([0, 1641, 3010]);

function stampOf({ date, second }: LogTime): string {
  return `${date}  ${second}`;
}

/** The first and the last lines. */
function frameCalls({
  mask,
  values,
  build,
  title,
  now,
  put,
  verbose,
  flush,
}: Pen): Pick<InstallLog, 'begin' | 'restart' | 'properties' | 'end'> {
  return {
    async begin({ product, commandLine, name }) {
      if (name !== undefined) values.set('ProductName', name);
      put(
        [],
        `=== ${title} started: ${stampOf(now())}  Build type: ${build}  Calling process: msiexec.exe ===`,
      );
      verbose('******* RunEngine:');
      put(['v'], `           ******* Product: ${mask.text(product)}`);
      put(['v'], '           ******* Action: ');
      put(['v'], `           ******* CommandLine: ${mask.commandLine(commandLine)}`);
      await verbose(`Command Line: ${mask.commandLine(commandLine)}`, ['v', 'c']);
    },
    restart: (kind, reason) =>
      verbose(
        `Windows Installer requires a system restart. Product Name: ${mask.text(values.get('ProductName') ?? '')}. Type of System Restart: ${kind === 'now' ? 1 : 2}. Reason for Restart: ${reason}.`,
        ['v', 'i'],
      ),
    async properties(dump) {
      for (const [name, value] of dump) mask.learn(name, value);
      for (const [name, value] of dump) put(['p'], `Property(S): ${name} = ${mask.value(name, value)}`);
      await flush();
    },
    async end(exitCode, action, { name, version, language, manufacturer }) {
      const { codes, noun, verb } = endings[action];
      const done = successes.has(exitCode);
      verbose(noteText(done ? codes[0] : codes[1], []));
      verbose(
        `Product: ${mask.text(name)} -- ${noun} ${done ? 'completed successfully' : 'operation failed'}.`,
        ['v', 'i'],
      );
      const about = `Product Name: ${name}. Product Version: ${version}. Product Language: ${language}. Manufacturer: ${manufacturer}.`;
      verbose(
        `Windows Installer ${verb} the product. ${mask.text(about)} ${noun} success or error status: ${exitCode}.`,
        ['v', 'i'],
      );
      verbose(`MainEngineThread is returning ${exitCode}`);
      put([], `=== ${title} stopped: ${stampOf(now())} ===`);
      await flush();
    },
  };
}

/** Actions, and what they do. */
function actionCalls({
  mask,
  now,
  put,
  verbose,
}: Pen): Pick<
  InstallLog,
  'actionStart' | 'actionEnd' | 'skip' | 'record' | 'decision' | 'operation' | 'rollingBack'
> {
  return {
    async actionStart(name, description = '') {
      verbose(`Doing action: ${name}`);
      put(['a'], `Action ${now().second}: ${name}. ${mask.text(description)}`);
      await put(['a'], `Action start ${now().second}: ${name}.`);
    },
    actionEnd: (name, result) =>
      put(['a'], `Action ended ${now().second}: ${name}. Return value ${returnValues[result]}.`),
    skip: (name, reason) => verbose(`Skipping action: ${name} (${mask.text(reason)})`),
    record: (action, text) => put(['r'], `${action}: ${mask.text(text)}`),
    async decision(decision) {
      const text = decisionText(decision);
      if (text !== undefined) await verbose(mask.text(text));
    },
    operation: (text) => verbose(`Executing op: ${mask.text(text)}`),
    async rollingBack(actions) {
      verbose(
        'Executing op: Header(Signature=1397708873,Version=500,LangId=1033,ScriptType=2,ScriptAttributes=0)',
      );
      put(['a'], `Action ${now().second}: Rollback. Rolling back action:`);
      for (const action of actions) put(['a', 'r'], `Rollback: ${action}`);
      await verbose('Executing op: End(Checksum=0,ProgressTotalHDWord=0,ProgressTotalLDWord=0)');
    },
  };
}

/** Properties, errors and messages. */
function factCalls({
  mask,
  values,
  put,
  verbose,
  product,
}: Pen): Pick<InstallLog, 'customAction' | 'customActionFailed' | 'property' | 'note' | 'error' | 'message'> {
  return {
    customAction: (action) => verbose(`Executing op: ${mask.text(customActionText(action))}`),
    customActionFailed: (name, code, ignored) =>
      put(
        ['v', 'e'],
        `CustomAction ${name} returned actual error code ${code}${ignored ? ' but will be translated to success due to continue marking' : ''}`,
      ),
    async property(name, value) {
      const before = values.get(name);
      if (value !== undefined) mask.learn(name, value);
      const quoted = (text: string) => `'${mask.value(name, text)}'`;
      if (value === undefined) values.delete(name);
      else values.set(name, value);
      if (value === undefined && before !== undefined) {
        await verbose(`PROPERTY CHANGE: Deleting ${name} property. Its current value is ${quoted(before)}.`);
      } else if (value !== undefined && before === undefined) {
        await verbose(`PROPERTY CHANGE: Adding ${name} property. Its value is ${quoted(value)}.`);
      } else if (value !== undefined && before !== undefined && before !== value) {
        await verbose(
          `PROPERTY CHANGE: Modifying ${name} property. Its current value is ${quoted(before)}. Its new value: ${quoted(value)}.`,
        );
      }
    },
    note: (code, parts) => verbose(noteText(code, parts.map(mask.text))),
    async error(code, parts, template) {
      const text = mask.text(formatInstallerError(code, parts, template));
      verbose(noteText(code, parts.map(mask.text)));
      if (code >= 2000) verbose(`DEBUG: Error ${code}:  ${text}`);
      const kinds: readonly LogLetter[] =
        installerError(code)?.cause === 'disk-full' ? ['e', 'o'] : code < 2000 ? ['e'] : ['e', 'm'];
      put(kinds, code < 2000 ? `Error ${code}. ${text}` : `Internal Error ${code}. ${text}`);
      await product(code < 2000 ? `Error ${code}. ${text}` : `Internal Error ${code}. ${text}`);
    },
    message(level, text) {
      const masked = mask.text(text);
      if (level === 'verbose') return verbose(masked);
      if (level === 'extra') return verbose(masked, ['x']);
      return put([level === 'info' ? 'i' : level === 'warning' ? 'w' : 'e'], masked);
    },
  };
}

/** @param clock the stamps of its lines */
export function openLog(
  sink: ByteSink,
  flags: LogFlags,
  clock: { now(): number },
  options: LogOptions = {},
): InstallLog {
  const pen = openPen(sink, flags, clock, options);
  return { ...frameCalls(pen), ...actionCalls(pen), ...factCalls(pen) };
}
