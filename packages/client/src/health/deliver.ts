/** Bringing the newest report to the site. */
import { type ErrorCode, isHoldfastError, mpPaths } from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';

/** Answers after which the same report is not sent again: the site will never take it. */
const refusals: readonly ErrorCode[] = ['not-found', 'request.invalid', 'request.too-large'];

export function hasUnsentReport({ journal }: Pick<ClientContext, 'journal'>): boolean {
  const { health } = journal.state;
  return health !== undefined && health.report !== null && !health.delivered;
}

/** @throws HoldfastError `network.*`, `certificate.*` ...: the report is kept until the site has it, or there is a newer one */
export async function deliverHealth(
  context: ClientContext,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { journal, site, reporter } = context;
  const { report } = journal.state.health ?? {};
  if (!report) return;
  try {
    await site.text({ method: 'POST', path: mpPaths.health, body: report, tls, signal }, 64 * 1024);
  } catch (thrown) {
    if (!isHoldfastError(thrown, ...refusals)) throw thrown;
    reporter.note('warning', 'health-refused', `The site does not take the health report: ${thrown.message}`);
  }
  await journal.commit({ kind: 'health', change: { delivered: true } });
}
