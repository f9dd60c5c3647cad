/** Bringing reports of a set-up to the site, as many at once as it takes. */
import { mpPaths, type SetupReport, type SetupReports, wireLimits } from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { Site } from '../site.ts';

/** Reports kept for a site that cannot be reached: beyond it the oldest go, as the newest say how it stands. */
export const mostUnsent = 400;

/** Reports of one request, and bytes of them with room for the rest of its body. */
const batchReports = 100;
const batchBytes = wireLimits.setupBytes - 4096;

const answerLimit = 64 * 1024;

export type Sender = {
  /** Says whose machine it is; without one the certificate does. */
  readonly token?: string | null;
  readonly tls: TlsIdentity;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Sends the first of the reports: at least one.
 * @returns how many of them the site has taken
 * @throws HoldfastError `network.*`, `token.*`, `certificate.*`, `request.rate` ...
 */
export async function sendFirst(
  site: Site,
  reports: readonly SetupReport[],
  { token = null, tls, signal }: Sender,
): Promise<number> {
  const some = firstBatch(reports);
  const body: SetupReports = { ...(token === null ? {} : { token }), reports: [...some] };
  await site.text({ method: 'POST', path: mpPaths.setup, body, tls, signal }, answerLimit);
  return some.length;
}

function firstBatch(reports: readonly SetupReport[]): readonly SetupReport[] {
  const batch: SetupReport[] = [];
  let bytes = 0;
  for (const report of reports.slice(0, batchReports)) {
    bytes += Buffer.byteLength(JSON.stringify(report)) + 1;
    if (batch.length > 0 && bytes > batchBytes) break;
    batch.push(report);
  }
  return batch;
}
