/** What the second starter tells the site itself, where no client lives that could. */
import { type HealthReport, HoldfastError, mpPaths } from '@holdfast/contract';
import { openPath, readWhole, withOpen } from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import { keptIdentity } from '../enrolment/identity.ts';
import { createSite } from '../site.ts';
import { plainText } from '../text.ts';
import type { RescuePorts } from './look.ts';

/** Bytes of the longest private key file, and of an answer that is read. */
const keyLimit = 16 * 1024;
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
  { action, reason }: { readonly action: string; readonly reason: string },
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
        error: 'system.failed',
      },
    ],
  };
  const tls = await keptTls(state);
  const request = { method: 'POST', path: mpPaths.health, body: report, tls } as const;
  await createSite(site, ports).text(request, answerLimit);
}

/** Who the client is, from the copy beside its keys: its journal may be what is broken. */
async function keptTls(state: Folder): Promise<TlsIdentity> {
  const kept = await keptIdentity(state);
  if (!kept) throw new HoldfastError('certificate.required', 'This machine is not enrolled.');
  return await withOpen(openPath(state, ['keys']), async (keys) => ({
    authorities: kept.trust.authorities,
    certificate: kept.identity.certificate,
    privateKey: Buffer.from(await readWhole(keys, kept.identity.keyFile, keyLimit)).toString('utf8'),
  }));
}
