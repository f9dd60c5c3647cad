/** What has been read of one installation so far: bounded, whatever the log says. */
import { installerError, valuesInText } from './installer-errors.ts';
import { hiddenValue } from './masking.ts';
import type { Evidence, LoggedCustomAction, LoggedError, LoggedInstallation } from './model.ts';

/** An error, and the action that was at work. */
export type DraftError = LoggedError & { readonly action: string | undefined };

export type Failure = {
  readonly action: string | undefined;
  readonly evidence: Evidence;
  /** How many errors had been logged by then. */
  readonly errors: number;
};

export type Draft = {
  readonly firstLine: number;
  lastLine: number;
  writer: LoggedInstallation['writer'];
  /** Whether the line at the end of a log was seen. */
  stopped: boolean;
  /** Engines that run, one inside the other; those of products that an upgrade removes. */
  depth: number;
  nested: number;
  readonly properties: Map<string, string>;
  package: string | undefined;
  commandLine: string | undefined;
  /** What msiexec says it did: `installed`, `removed`, `reconfigured`. */
  ending: string | undefined;
  /** Standard action at work, in the sequence and in the script. */
  action: string | undefined;
  scriptAction: string | undefined;
  folder: string;
  readonly errors: DraftError[];
  /** Errors that only a Note tells of; the last ones. */
  readonly notes: DraftError[];
  customAction: LoggedCustomAction | undefined;
  /** What the product said that is no error: the text of a launch condition. */
  message: Evidence | undefined;
  failure: Failure | undefined;
  cancelled: Evidence | undefined;
  busy: Evidence | undefined;
  source: Evidence | undefined;
  inUse: Evidence | undefined;
  notRegistered: Evidence | undefined;
  reinstall: Evidence | undefined;
  exitCode: number | undefined;
  exitEvidence: Evidence | undefined;
  /** Return value of the outermost action. */
  top: number | undefined;
  /** Wine: the last action that ended with 0. */
  zero: { readonly action: string; readonly evidence: Evidence } | undefined;
  rollingBack: boolean;
  readonly rolledBack: string[];
  readonly protectedFiles: string[];
  restart: { readonly kind: string; readonly reason: string } | undefined;
  readonly files: { installed: number; replaced: number; kept: number };
};

export const limits = {
  /** Errors kept before and after the failure. */
  errorsBefore: 40,
  errorsAfter: 50,
  notes: 12,
  rolledBack: 100,
  protectedFiles: 20,
  values: 20,
  /** Characters of a line that are kept as evidence, and of a value. */
  evidence: 400,
  value: 1000,
} as const;

/** Properties that something is read from. */
export const telling: ReadonlySet<string> = new Set([
  'ProductName',
  'ProductVersion',
  'ProductCode',
  'ProductLanguage',
  'Manufacturer',
  'REINSTALL',
  'REINSTALLMODE',
  'REMOVE',
  'ADDLOCAL',
  'ACTION',
  'Installed',
  'ProductState',
  'OriginalDatabase',
  'MsiSystemRebootPending',
  'ReplacedInUseFiles',
]);

/** Actions that are the whole sequence. */
export const containers: ReadonlySet<string> = new Set(['INSTALL', 'ADMIN', 'ADVERTISE', 'ExecuteAction']);
/** Actions that run the script which others have written. */
export const scriptRunners: ReadonlySet<string> = new Set([
  'InstallFinalize',
  'InstallExecute',
  'InstallExecuteAgain',
]);

export function newDraft(line: number): Draft {
  return {
    firstLine: line,
    lastLine: line,
    writer: 'msiexec',
    stopped: false,
    depth: 0,
    nested: 0,
    properties: new Map(),
    package: undefined,
    commandLine: undefined,
    ending: undefined,
    action: undefined,
    scriptAction: undefined,
    folder: '',
    errors: [],
    notes: [],
    customAction: undefined,
    message: undefined,
    failure: undefined,
    cancelled: undefined,
    busy: undefined,
    source: undefined,
    inUse: undefined,
    notRegistered: undefined,
    reinstall: undefined,
    exitCode: undefined,
    exitEvidence: undefined,
    top: undefined,
    zero: undefined,
    rollingBack: false,
    rolledBack: [],
    protectedFiles: [],
    restart: undefined,
    files: { installed: 0, replaced: 0, kept: 0 },
  };
}

/** Names of properties whose values nobody should find in a report. */
const secret =
  /\b([A-Za-z_][\w.]{0,80}|)((?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|credential)[\w.]{0,40})=("[^"]*"?|[^\s",;]+)/gi;

/** Text of a log, shortened, and without what looks like a secret: not every package hides its own. */
export function safeText(text: string, most: number = limits.evidence): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return short.replace(secret, (_, before: string, name: string) => `${before}${name}=${hiddenValue}`);
}

export function addError(
  draft: Draft,
  code: number,
  text: string,
  values: readonly string[],
  at: Evidence,
): void {
  const most = draft.failure === undefined ? limits.errorsBefore : limits.errorsAfter;
  const last = draft.errors.at(-1);
  // The same error is told up to three times: for the log, for debugging, and with the name of the product.
  if (last?.code === code && at.line - last.evidence.line <= 4) return;
  const note = draft.notes.findLast((one) => one.code === code && at.line - one.evidence.line <= 40);
  if (draft.failure === undefined && draft.errors.length >= most) draft.errors.shift();
  if (draft.errors.length >= most) return;
  draft.errors.push({
    code,
    text: safeText(text, limits.value),
    values: (values.length > 0 ? values : (note?.values ?? valuesInText(code, text))).map((value) =>
      safeText(value, limits.value),
    ),
    evidence: at,
    action: actionAtWork(draft),
  });
}

export function addNote(draft: Draft, code: number, values: readonly string[], at: Evidence): void {
  if (draft.failure !== undefined || installerError(code) === undefined) return;
  if (draft.notes.length >= limits.notes) draft.notes.shift();
  const kept = values.map((value) => safeText(value, limits.value));
  draft.notes.push({ code, text: '', values: kept, evidence: at, action: actionAtWork(draft) });
}

/** While a script runs, the action that the operation is of. */
export function actionAtWork(draft: Draft): string | undefined {
  if (draft.action === undefined || scriptRunners.has(draft.action))
    return draft.scriptAction ?? draft.action;
  return draft.action;
}
