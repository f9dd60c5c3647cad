/** From what a log says to why the installation failed. */
import { installerExit, type Win32Error, win32Error } from '@holdfast/contract';
import { type CauseCode, remedies } from './causes.ts';
import { containers, type Draft, type DraftError } from './draft.ts';
import { exitCause, type Outcome } from './exit-codes.ts';
import { formatInstallerError, installerError, wantedValues } from './installer-errors.ts';
import type { Cause, Evidence } from './model.ts';
import { isStandardAction } from './standard-actions.ts';

/** Win32 errors that say more of the cause than the installer error that they come with. */
const telling: Readonly<Record<number, CauseCode>> = {
  32: 'file-in-use',
  33: 'file-in-use',
  112: 'disk-full',
  206: 'path',
  53: 'network',
  64: 'network',
  67: 'network',
};
/** Causes that such an error makes precise. */
const vague: ReadonlySet<CauseCode> = new Set(['file-access', 'source-missing', 'path', 'unknown']);

/** Where errors have their Win32 number in a sentence, in any of the words that are used for it. */
const numberInText =
  /(?:system error(?: code)?|GetLastError|SFP Error|HRESULT|error code)[:\s]{1,3}(0x[0-9A-Fa-f]{8}|-?\d{1,10})/i;
const pathInText = /(?:[A-Za-z]:\\|\\\\|HKEY_)[^"'<>|;*?\r\n]{1,300}?(?=["'<>|;*?]|\.?\s*$|\. |, |\s\()/;

function numberOf(text: string | undefined): number | undefined {
  const [digits] = /0x[0-9A-Fa-f]{1,8}|-?\d{1,10}/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function systemNumber(error: DraftError): number | undefined {
  const { system } = installerError(error.code) ?? {};
  const value = system === undefined ? undefined : numberOf(error.values[system - 2]);
  return value ?? numberOf(numberInText.exec(error.text)?.[1]);
}

function subjectOf(error: DraftError): string | undefined {
  const { subject } = installerError(error.code) ?? {};
  const value = subject === undefined ? undefined : error.values[subject - 2];
  return value !== undefined && value !== '' ? value : pathInText.exec(error.text)?.[0];
}

/** The error in words: ours with its values, or else the log's own. */
function sentenceOf(error: DraftError, system: number | undefined): string {
  const known = installerError(error.code);
  if (known !== undefined) {
    const values = [...error.values];
    const subject = subjectOf(error);
    if (known.subject !== undefined && subject !== undefined) values[known.subject - 2] ??= subject;
    if (known.system !== undefined && system !== undefined) values[known.system - 2] ??= String(system);
    if (wantedValues(known.text).every((number) => (values[number - 2] ?? '') !== '')) {
      return formatInstallerError(error.code, values);
    }
  }
  return error.text.trim() === '' ? 'The log says no more of it.' : error.text.trim();
}

function refined(cause: CauseCode, win32: Win32Error | undefined): CauseCode {
  if (win32 === undefined) return cause;
  if (cause === 'protection-refused' && win32.code === 21) return 'protection-not-ready';
  return vague.has(cause) ? (telling[win32.code] ?? cause) : cause;
}

type Parts = Omit<Cause, 'remedy'>;

function withRemedy(parts: Parts): Cause {
  return { ...parts, remedy: remedies[parts.code] };
}

function fromError(draft: Draft, error: DraftError): Cause {
  const { failure, customAction } = draft;
  const at = error.action ?? failure?.action;
  const action = containers.has(at ?? '') ? undefined : at;
  const system = systemNumber(error);
  const win32 = system === undefined || system === 0 ? undefined : win32Error(system);
  const known = installerError(error.code)?.cause;
  const code = refined(known ?? (customAction === undefined ? 'unknown' : 'custom-action'), win32);
  const subject = subjectOf(error) ?? (error.code === 1933 ? draft.protectedFiles[0] : undefined);
  const said = [sentenceOf(error, system)];
  if (win32 !== undefined) said.push(`Windows said ${win32.code}, ${win32.name}: ${win32.meaning}.`);
  // The removal of another product ends with an exit code of its own.
  const inner =
    code === 'older-version-stays' && system !== undefined ? installerExit(system)?.meaning : undefined;
  if (inner !== undefined) said.push(`${system}: ${inner}.`);
  const own = customAction !== undefined && customAction.name === action ? customAction : undefined;
  return withRemedy({
    code,
    sentence: `${action === undefined ? 'Error' : `${action} failed with error`} ${error.code}: ${said.join(' ')}`,
    ...(action === undefined ? {} : { action }),
    error: { code: error.code, text: error.text },
    ...(own === undefined ? {} : { customAction: { name: own.name, code: own.code } }),
    ...(subject === undefined ? {} : { subject }),
    ...(win32 === undefined ? {} : { win32 }),
    evidence: [error.evidence, ...(own ? [own.evidence] : []), ...(failure ? [failure.evidence] : [])],
  });
}

function fromCustomAction(draft: Draft): Cause | undefined {
  const { customAction, failure } = draft;
  if (customAction === undefined) return undefined;
  const { name, code, evidence } = customAction;
  const meaning = win32Error(code)?.meaning ?? installerExit(code)?.meaning;
  return withRemedy({
    code: code === 1602 ? 'cancelled' : 'custom-action',
    sentence: `The custom action ${name} failed: it returned ${code}${meaning === undefined ? '' : ` (${meaning})`}.`,
    action: name,
    customAction: { name, code },
    evidence: [evidence, ...(failure ? [failure.evidence] : [])],
  });
}

/** Errors that only follow from others. */
const following: ReadonlySet<number> = new Set([1702, 1703, 1708, 1709, 1725, 1729]);

/** Lines before the end of the failing action within which an error of another one is taken for its cause. */
const nearby = 100;

/** The last error of the failing action; then one close to it. A note counts where no error was written. */
function decisive(draft: Draft): DraftError | undefined {
  const { failure } = draft;
  const errors = draft.errors
    .slice(0, failure?.errors ?? draft.errors.length)
    .filter(({ code }) => !following.has(code));
  const notes = draft.notes.filter(({ code }) => !following.has(code));
  const mine = (one: DraftError) => failure?.action !== undefined && one.action === failure.action;
  const own = errors.findLast(mine) ?? notes.findLast(mine);
  if (own !== undefined) return own;
  // An error that was passed over by an action before does not explain a custom action that failed after it.
  if (draft.customAction !== undefined && draft.customAction.name === failure?.action) return undefined;
  if (failure?.action === undefined) return errors.at(-1) ?? notes.at(-1);
  return errors.findLast(({ evidence }) => failure.evidence.line - evidence.line <= nearby);
}

function fromLaunchCondition(draft: Draft): Cause | undefined {
  const { failure, message } = draft;
  if (failure?.action !== 'LaunchConditions') return undefined;
  return withRemedy({
    code: 'launch-condition',
    sentence: `A condition of the package for its installation does not hold: ${message?.text ?? 'the log does not say which.'}`,
    action: failure.action,
    evidence: [...(message ? [message] : []), failure.evidence],
  });
}

function fromExitCode(draft: Draft, code: CauseCode): Cause {
  const found = [...draft.errors, ...draft.notes].findLast(
    (error) => installerError(error.code)?.cause === code,
  );
  if (found !== undefined) return fromError(draft, found);
  const evidence = [draft.busy, draft.source, draft.cancelled, draft.exitEvidence].filter(
    (one): one is Evidence => one !== undefined,
  );
  const { exitCode } = draft;
  const meaning = exitCode === undefined ? undefined : installerExit(exitCode)?.meaning;
  return withRemedy({
    code,
    sentence: `Windows Installer ended it at once${meaning === undefined ? '' : `: ${meaning}`}.`,
    evidence: evidence.slice(0, 2),
  });
}

function fromCancel(draft: Draft): Cause | undefined {
  return draft.cancelled === undefined
    ? undefined
    : withRemedy({
        code: 'cancelled',
        sentence: 'The user cancelled it.',
        evidence: [draft.cancelled],
      });
}

function unexplained(draft: Draft): Cause {
  const { failure, inUse, message } = draft;
  const said = inUse ?? message;
  const action = failure?.action;
  // Logs that are not verbose have no line for the result of a custom action.
  const guess = action === undefined || isStandardAction(action) ? 'unknown' : 'custom-action';
  return withRemedy({
    code: inUse === undefined ? guess : 'file-in-use',
    sentence: `${action ?? 'It'} failed${said === undefined ? '; the log does not say why.' : `: ${said.text}`}`,
    ...(action === undefined ? {} : { action }),
    evidence: [...(said ? [said] : []), ...(failure ? [failure.evidence] : [])],
  });
}

/** The first cause; undefined where nothing failed, or where the log ends before anything did. */
export function causeOf(draft: Draft, outcome: Outcome): Cause | undefined {
  if (outcome === 'succeeded') return undefined;
  if (outcome === 'unfinished' && draft.failure === undefined) {
    // A log of errors alone says of none of them how it ended.
    const last = draft.stopped ? draft.errors.at(-1) : undefined;
    return last === undefined ? undefined : fromError(draft, last);
  }
  const byExit = draft.exitCode === undefined ? undefined : exitCause(draft.exitCode);
  if (byExit !== undefined && byExit !== 'cancelled') return fromExitCode(draft, byExit);
  if (draft.failure === undefined && byExit === 'cancelled') {
    return fromCancel(draft) ?? fromExitCode(draft, byExit);
  }
  if (draft.busy !== undefined && draft.failure === undefined) return fromExitCode(draft, 'busy');
  const launch = fromLaunchCondition(draft);
  if (launch !== undefined) return launch;
  const error = decisive(draft);
  if (error !== undefined) return fromError(draft, error);
  return fromCustomAction(draft) ?? unexplained(draft);
}
