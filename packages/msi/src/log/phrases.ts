/** The phrases of an installer log that administrators search for: actions, files, operations, results. */
import { compareVersions } from '@holdfast/contract';
import { hiddenValue, hideTargetBit } from './masking.ts';

/** How an action ended. */
export type ActionResult = 'not-executed' | 'success' | 'user-exit' | 'failure' | 'suspended' | 'finished';

/** As logs say it. Source: learn.microsoft.com, "Logging of Action Return Values". */
export const returnValues: Readonly<Record<ActionResult, number>> = {
  'not-executed': 0,
  success: 1,
  'user-exit': 2,
  failure: 3,
  suspended: 4,
  finished: 5,
};

/** What is decided about one file of the package, as the plan has it. */
export type LoggedDecision = {
  readonly path: string;
  readonly do: 'install' | 'replace' | 'keep' | 'remove' | 'leave';
  readonly rule: string;
  readonly packaged: { readonly version?: string };
  readonly existing?: { readonly version?: string };
};

const intents: Readonly<Record<LoggedDecision['do'], readonly string[]>> = {
  install: ['To be installed', "Won't patch"],
  replace: ['Overwrite', "Won't patch"],
  keep: ["Won't Overwrite", "Won't patch"],
  remove: ['To be removed'],
  leave: ["Won't be removed"],
};

const equalVersion = 'Existing file is of an equal version';
const unmodified = 'Existing file is unversioned and unmodified';

/** Reasons by rule; those of real logs where such a log is known, sentences in their manner where none is. */
const reasons: Readonly<Record<string, string>> = {
  missing: 'No existing file',
  'language-more': `${equalVersion} with fewer languages`,
  'language-same': equalVersion,
  'versioned-over-unversioned': 'Existing file is unversioned',
  'unversioned-under-versioned': 'Existing file is versioned, source file is not',
  unmodified,
  'modified-by-user': 'Existing file is unversioned but modified',
  'hash-equal': `${unmodified} - hash matches source file`,
  'hash-different': `${unmodified} - hash doesn't match source file`,
  companion: 'Existing file follows its companion file',
  forced: 'REINSTALLMODE specifies all files to be overwritten',
  mode: 'REINSTALLMODE does not specify this file',
  'key-path-kept': 'Key file of its component is kept',
  'never-overwrite': 'Component is never to be overwritten',
  protected: 'Existing file is protected by the system',
};

function versionReason({ packaged, existing }: LoggedDecision): string {
  const difference = compareVersions(existing?.version ?? '', packaged.version ?? '', 4);
  if (difference === undefined || difference === 0) return equalVersion;
  return difference < 0 ? 'Existing file is a lower version' : 'Existing file is a higher version';
}

/** The line of a file; undefined where its component is not taken: then no log has one. Tabs are as in real logs. */
export function decisionText(decision: LoggedDecision): string | undefined {
  const { path, rule } = decision;
  if (rule === 'not-installed') return undefined;
  const reason = rule.startsWith('version-') ? versionReason(decision) : reasons[rule];
  return [`File: ${path}`, ...intents[decision.do], ...(reason === undefined ? [] : [reason])].join(';\t');
}

/** `FileCopy(SourceName=...)`: one operation of a script. Values that are undefined leave their place empty. */
export function operationText(
  name: string,
  values: readonly (readonly [name: string, value: string | number | undefined])[],
): string {
  return `${name}(${values.map(([key, value]) => (value === undefined ? '' : `${key}=${value}`)).join(',')})`;
}

/** A custom action of a script; its target is hidden where its type says so. */
export function customActionText(action: {
  readonly id: string;
  readonly type: number;
  readonly source: string;
  readonly target: string;
}): string {
  return operationText('CustomActionSchedule', [
    ['Action', action.id],
    ['ActionType', action.type],
    ['Source', action.source],
    ['Target', (action.type & hideTargetBit) === 0 ? action.target : hiddenValue],
    ['', undefined],
  ]);
}

/** `Note: 1: 1933 2: 21 3: C:\...`; the trailing blank is msiexec's. */
export function noteText(code: number, values: readonly string[]): string {
  return ['Note:', ...[String(code), ...values].map((value, index) => `${index + 1}: ${value}`), ''].join(
    ' ',
  );
}

export type LoggedAction = 'install' | 'uninstall' | 'repair' | 'administrative';

type Ending = {
  /** Numbers of the messages for success and failure. */
  readonly codes: readonly [success: number, failure: number];
  readonly noun: string;
  readonly verb: string;
};

const installed: Ending = { codes: [1707, 1708], noun: 'Installation', verb: 'installed' };
export const endings: Readonly<Record<LoggedAction, Ending>> = {
  install: installed,
  administrative: installed,
  uninstall: { codes: [1724, 1725], noun: 'Removal', verb: 'removed' },
  repair: { codes: [1728, 1729], noun: 'Configuration', verb: 'reconfigured' },
};
