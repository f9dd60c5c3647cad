/** What the second starter tells the site itself, where no client lives that could. */
import { type HealthReport, HoldfastError, mpPaths } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import { keptTls } from '../enrolment/identity.ts';
import { createSite } from '../site.ts';
import { plainText } from '../text.ts';
import type { RescuePorts } from './ports.ts';
import type { Untold } from './record.ts';

/** Bytes of an answer that are read. */
const answerLimit = 64 * 1024;
const reasonLimit = 2_000;

/**
 * Reports to the site in the client's name.
 * @param site address of the management point
 * @throws HoldfastError `certificate.required` where the machine is no client yet, `network.*`, `certificate.*`
 */
export async function tellSite(
  ports: Pick<RescuePorts, 'network' | 'clock'>,
  state: Folder,
  site: string,
  version: string,
  { action, reason, error = 'system.failed' }: Untold,
): Promise<void> {
  const report: HealthReport = {
    evaluatedAt: ports.clock.now(),
    occasion: 'rescue',
    clientVersion: version,
    findings: [
      {
        check: 'service',
        state: 'failed',
        reason: plainText(reason, reasonLimit),
        remedy: plainText(action, reasonLimit),
        error,
      },
    ],
  };
  // Its journal may be what is broken.
  const tls = await keptTls(state);
  if (!tls) throw new HoldfastError('certificate.required', 'This machine is not enrolled.');
  const request = { method: 'POST', path: mpPaths.health, body: report, tls } as const;
  await createSite(site, ports).text(request, answerLimit);
}
