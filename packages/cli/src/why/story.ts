/** From the status messages of a client to why a deployment stands where it stands. */
import { type DeploymentState, gateSentence, type StatusRow, statusEntry } from '@holdfast/contract';

export type StoryLine = {
  readonly at: number;
  readonly code: number;
  readonly name: string | null;
  readonly severity: StatusRow['severity'];
  readonly text: string;
  /** How often it was said in a row; `at` is the first time. */
  readonly times: number;
  /** The one that tells why it stands where it stands. */
  readonly cause: boolean;
};

export type Story = {
  readonly deploymentId: string;
  readonly package: string;
  readonly state: DeploymentState;
  /** When the cause was reported; null where nothing was. */
  readonly since: number | null;
  /** Why it stands there, as a sentence without its full stop. */
  readonly because: string;
  /** What happens next, or what a person can do. */
  readonly next: string;
  /** Programs that were started since it was last well. */
  readonly attempts: number;
  readonly messages: readonly StoryLine[];
};

/** What happens next where the client has said nothing more precise. */
const nextSteps: Readonly<Record<DeploymentState, string>> = {
  waiting: 'It goes on by itself as soon as it can.',
  available: 'A person at the machine may install it; it is enforced from its deadline on, if it has one.',
  downloading: 'The program runs when all content is here and verified.',
  running: 'Detection decides when the program has ended.',
  succeeded: 'Nothing: it is as it should be, and is looked at again with every check-in.',
  'reboot-pending': 'Restart the machine; it counts as done only when detection holds after that.',
  broken: 'It is repaired by itself.',
  held: 'It is not tried again by itself: correct the package or its detection, and deploy that as a new version.',
  failed: 'It is not tried again by itself: remove what stands in its way, and deploy it again.',
};

type Deployment = {
  readonly deploymentId: string;
  readonly packageName: string;
  readonly packageVersion: string;
  readonly state: DeploymentState;
  readonly text: string;
};

/**
 * @param rows of the deployment, and of the client where they name no deployment; newest first, as the API has them
 */
export function storyOf(deployment: Deployment, rows: readonly StatusRow[]): Story {
  const { deploymentId, state } = deployment;
  const told = sinceLastWell([...rows].reverse(), deployment);
  const own = told.filter((row) => row.deploymentId === deploymentId);
  const cause = own.findLast((row) => statusEntry(row.code)?.state !== undefined);
  return {
    deploymentId,
    package: `${deployment.packageName} ${deployment.packageVersion}`,
    state,
    since: cause?.at ?? null,
    because: cause ? causeText(cause) : deployment.text || 'the client has reported nothing of it yet',
    next: cause?.name === 'attempt-failed' ? nextTry(cause) : nextSteps[state],
    attempts: own.filter(({ name }) => name === 'program-started').length,
    messages: inRows(told, cause),
  };
}

/** What led to the present begins after the last time that all was well; what is well now is told from the time before. */
function sinceLastWell(
  rows: readonly StatusRow[],
  { deploymentId, state }: Deployment,
): readonly StatusRow[] {
  const isWell = (row: StatusRow) =>
    row.deploymentId === deploymentId && statusEntry(row.code)?.state === 'succeeded';
  const last = rows.findLastIndex(isWell);
  if (last < 0) return rows;
  if (state !== 'succeeded') return rows.slice(last + 1);
  const before = rows.slice(0, last).findLastIndex(isWell);
  return rows.slice(before + 1, last + 1);
}

function causeText(row: StatusRow): string {
  const { gate, reason, since, win32 } = row.details;
  if (row.name !== 'waiting-at-gate' || typeof gate !== 'string' || typeof since !== 'number')
    return row.text;
  const evidence = typeof win32 === 'number' ? { win32 } : {};
  return gateSentence({ gate, since, reason: String(reason), evidence });
}

function nextTry({ at, details }: StatusRow): string {
  const seconds = Number(details.seconds ?? 0);
  return `It is tried again ${seconds} s after that: about ${new Date(at + seconds * 1000).toISOString()}.`;
}

/** The same said again and again is one line with a count. */
function inRows(rows: readonly StatusRow[], cause: StatusRow | undefined): readonly StoryLine[] {
  const lines: StoryLine[] = [];
  for (const row of rows) {
    const { at, code, name, severity, text } = row;
    const before = lines.at(-1);
    if (before?.code === code && before.text === text) {
      lines[lines.length - 1] = { ...before, times: before.times + 1, cause: before.cause || row === cause };
    } else {
      lines.push({ at, code, name, severity, text, times: 1, cause: row === cause });
    }
  }
  return lines;
}
