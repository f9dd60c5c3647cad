/** Reads a log of Windows Installer, or one of ours, and says of every installation in it what failed and why. */
import { installerExit } from '@holdfast/contract';
import type { ByteSource } from '../source.ts';
import { logLines, newReading } from './decode.ts';
import { type Draft, newDraft } from './draft.ts';
import { type Outcome, outcomeOf } from './exit-codes.ts';
import { causeOf } from './judge.ts';
import { againLoops, loopsOf } from './loops.ts';
import type { Explanation, LoggedInstallation } from './model.ts';
import { messageOf, readLine } from './read-line.ts';
import { requestOf } from './request.ts';

/** Installations that are kept; of more, the last ones. */
const mostInstallations = 100;
/** Bytes that are read at once. */
const pieceBytes = 1 << 18;

const restartReasons: Readonly<Record<string, string>> = {
  1: 'files were in use',
  2: 'the package asks for it at its end',
  3: 'the package asks for it in the middle',
  4: 'a custom action asks for it',
};

function outcomeIn(draft: Draft): Outcome {
  if (draft.exitCode !== undefined) return outcomeOf(draft.exitCode);
  if (draft.busy !== undefined) return 'busy';
  if (draft.writer === 'wine') {
    return draft.top === undefined ? 'unfinished' : draft.top === 1 ? 'succeeded' : 'failed';
  }
  const byTop: Readonly<Record<number, Outcome>> = {
    1: 'succeeded',
    2: 'cancelled',
    3: 'failed',
    4: 'suspended',
  };
  return byTop[draft.top ?? -1] ?? (draft.failure === undefined ? 'unfinished' : 'failed');
}

function meaningOf(draft: Draft, outcome: Outcome): string {
  if (draft.exitCode !== undefined) {
    return (
      installerExit(draft.exitCode)?.meaning ??
      `exit code ${draft.exitCode}, which is none of Windows Installer`
    );
  }
  if (outcome === 'unfinished' && !draft.stopped) return 'the log ends before the installation does';
  return draft.writer === 'wine' ? 'Wine writes no exit code into its logs' : 'the log has no exit code';
}

function restartOf(draft: Draft): LoggedInstallation['restart'] {
  const { exitCode, restart, properties } = draft;
  const started = exitCode === 1641 || restart?.kind === '1';
  const wanted = started ? 'started' : exitCode === 3010 || restart !== undefined ? 'later' : 'no';
  const inUse = draft.inUse !== undefined || properties.has('ReplacedInUseFiles');
  const reason = restartReasons[restart?.reason ?? ''] ?? (inUse ? restartReasons[1] : undefined);
  return {
    wanted,
    ...(reason === undefined || wanted === 'no' ? {} : { reason }),
    pendingBefore: properties.get('MsiSystemRebootPending') === '1',
  };
}

/** A product code, where something that may be one is. */
function codeOf(draft: Draft): string | undefined {
  const found = [draft.properties.get('ProductCode'), draft.package].find(
    (one) => one !== undefined && /^\{[0-9A-Fa-f-]{36}\}$/.test(one),
  );
  return found?.toUpperCase();
}

function named<Name extends string>(
  pairs: readonly (readonly [Name, string | undefined])[],
): Partial<Record<Name, string>> {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(known) as Partial<Record<Name, string>>;
}

function finished(draft: Draft): LoggedInstallation {
  const outcome = outcomeIn(draft);
  const cause = causeOf(draft, outcome);
  const code = codeOf(draft);
  const path = draft.package === code ? undefined : draft.package;
  const { properties, exitCode } = draft;
  return {
    firstLine: draft.firstLine,
    lastLine: draft.lastLine,
    writer: draft.writer,
    product: named([
      ['name', properties.get('ProductName')],
      ['version', properties.get('ProductVersion')],
      ['code', code],
      ['manufacturer', properties.get('Manufacturer')],
      ['language', properties.get('ProductLanguage')],
      ['package', properties.get('OriginalDatabase') ?? path],
    ]),
    request: requestOf(draft),
    outcome,
    ...(exitCode === undefined ? {} : { exitCode }),
    meaning: meaningOf(draft, outcome),
    ...(cause === undefined ? {} : { cause }),
    rolledBack: { happened: draft.rollingBack, actions: draft.rolledBack },
    restart: restartOf(draft),
    files: draft.files,
    errors: draft.errors.map(({ code: number, text, values, evidence }) => ({
      code: number,
      text,
      values,
      evidence,
    })),
    loops: loopsOf(draft, outcome),
  };
}

/** Gathers installations line by line. */
function gatherer() {
  const installations: LoggedInstallation[] = [];
  let leftOut = 0;
  let draft: Draft | undefined;
  let useful = false;

  function close(): void {
    if (draft !== undefined && useful) {
      installations.push(finished(draft));
      if (installations.length > mostInstallations) {
        installations.shift();
        leftOut += 1;
      }
    }
    draft = undefined;
    useful = false;
  }
  /** Verbose logs have a line of the other kind inside them, and Wine writes it for each of its two engines. */
  function started(text: string, number: number): void {
    const verbose = text.startsWith('=== Verbose');
    const inside = draft !== undefined && draft.exitCode === undefined && draft.top === undefined;
    if (!verbose && inside) return;
    close();
    draft = newDraft(number);
    if (text.includes('HOLDFAST')) draft.writer = 'holdfast';
  }
  /** The lines that stand around an installation. */
  function frame(line: string, number: number): void {
    if (/^=== (?:Verbose l|L)ogging started: /.test(line)) started(line, number);
    else if (draft !== undefined) {
      draft.lastLine = number;
      draft.stopped ||= /^=== (?:Verbose l|L)ogging stopped: /.test(line);
    }
    if (line.startsWith('=== Verbose logging stopped: ')) close();
  }
  function read(message: string, number: number): void {
    // The next engine of the same process, after the last one has answered.
    const answered = draft !== undefined && draft.depth === 0 && draft.exitCode !== undefined;
    if (answered && message.startsWith('******* RunEngine:')) close();
    // Logs that begin in the middle are read too; a line that says nothing begins none.
    const into = draft ?? newDraft(number);
    if (!readLine(into, message, number)) return;
    draft = into;
    draft.lastLine = number;
    useful = true;
  }
  return {
    take(line: string, number: number): void {
      if (line.startsWith('=== ')) frame(line, number);
      else read(messageOf(line), number);
    },
    end(): { installations: readonly LoggedInstallation[]; leftOut: number } {
      close();
      return { installations: againLoops(installations), leftOut };
    },
  };
}

/**
 * Explains a log that arrives in pieces of any size; memory does not grow with it. Nothing in a log is an error of
 * reading it: where it makes no sense, there are no installations.
 */
export async function explainLog(bytes: AsyncIterable<Uint8Array>): Promise<Explanation> {
  const reading = newReading();
  const gather = gatherer();
  for await (const lines of logLines(bytes, reading)) {
    for (const { text, number } of lines) gather.take(text, number);
  }
  return { ...reading, ...gather.end() };
}

/** As `explainLog`, for a file; what is appended while it is read is not seen. */
export function explainFile(source: ByteSource): Promise<Explanation> {
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let position = 0; position < source.size; ) {
      const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
      if (piece.length === 0) return;
      yield piece;
      position += piece.length;
    }
  }
  return explainLog(all());
}
