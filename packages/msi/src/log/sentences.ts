/** An installation in five lines for a person: what was asked for, how it ended, why, what was left, what to do. */
import type { LoggedInstallation } from './model.ts';

const asked: Readonly<Record<LoggedInstallation['request']['action'], string>> = {
  install: 'an installation',
  repair: 'a repair',
  uninstall: 'a removal',
  administrative: 'an administrative installation',
  unknown: 'something that the log does not name',
};

const ended: Readonly<Record<LoggedInstallation['outcome'], string>> = {
  succeeded: 'It succeeded',
  failed: 'It failed',
  cancelled: 'It was cancelled',
  busy: 'It did not begin',
  suspended: 'It is suspended',
  unfinished: 'It is not known how it ended',
};

/** Characters of a line that is for a person; --json has all. */
const longest = 400;

function lined(text: string): string {
  const short = text.replace(/\s+/g, ' ').trim();
  return short.length > longest ? `${short.slice(0, longest - 1)}…` : short;
}

function productLine({ product, request }: LoggedInstallation): string {
  const name = product.name ?? product.code ?? product.package ?? 'A product that the log does not name';
  const version =
    product.version === undefined || name.includes(product.version) ? '' : ` ${product.version}`;
  const line = request.commandLine === undefined ? '' : ` (${request.commandLine})`;
  return `${name}${version}: ${asked[request.action]} was asked for${line}.`;
}

function endLine({ outcome, exitCode, meaning }: LoggedInstallation): string {
  if (exitCode === undefined) return `${ended[outcome]}; ${meaning}.`;
  return `${ended[outcome]}, exit code ${exitCode}: ${meaning}.`;
}

function causeLine({ cause, outcome, errors }: LoggedInstallation): string {
  if (cause !== undefined) {
    const [first] = cause.evidence;
    return `Why: ${cause.sentence}${first === undefined ? '' : ` (line ${first.line})`}`;
  }
  if (outcome === 'succeeded') {
    return errors.length === 0
      ? 'Why: nothing failed.'
      : `Why: nothing failed in the end; errors that were passed over: ${errors.length}.`;
  }
  return 'Why: the log does not say.';
}

function leftLine({ rolledBack, restart, outcome, loops }: LoggedInstallation): string {
  const parts: string[] = [];
  const count = rolledBack.actions.length;
  if (rolledBack.happened) {
    parts.push(
      count === 0 ? 'what was done was rolled back' : `rolled back: ${rolledBack.actions.join(', ')}`,
    );
  } else if (outcome !== 'succeeded') parts.push('the log has no rollback');
  const reason = restart.reason === undefined ? '' : ` (${restart.reason})`;
  if (restart.wanted === 'started') parts.push(`a restart was started${reason}`);
  else parts.push(restart.wanted === 'later' ? `a restart is wanted${reason}` : 'no restart is wanted');
  if (restart.pendingBefore) parts.push('one was pending before it began');
  const sentences = [`After it: ${parts.join('; ')}.`, ...loops.map(({ sentence }) => sentence)];
  return sentences.join(' ');
}

function doLine({ cause, outcome, restart, loops }: LoggedInstallation): string {
  if (cause !== undefined) return `Do: ${cause.remedy}`;
  if (outcome === 'unfinished') return 'Do: take the whole log, or wait until the installation has ended.';
  if (loops.some(({ code }) => code === 'reinstall-not-installed')) {
    return 'Do: install the product without REINSTALL and REINSTALLMODE.';
  }
  if (loops.some(({ code }) => code === 'nothing-replaced')) {
    return 'Do: repair with a REINSTALLMODE that replaces equal files too: e, or a for all of them.';
  }
  return restart.wanted === 'later' ? 'Do: restart the machine.' : 'Do: nothing.';
}

/** Five lines. */
export function explanationLines(installation: LoggedInstallation): readonly string[] {
  return [
    productLine(installation),
    endLine(installation),
    causeLine(installation),
    leftLine(installation),
    doLine(installation),
  ].map(lined);
}

/** The one that a person asks about: the last that did not succeed, or the last. */
export function mostTelling(installations: readonly LoggedInstallation[]): LoggedInstallation | undefined {
  return installations.findLast(({ outcome }) => outcome !== 'succeeded') ?? installations.at(-1);
}
