/** Whether the site answers this client at this moment: asked by the guard of a trial, beside the version on trial. */
import { HoldfastError, mpPaths } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Clock, Disk, Network } from '@holdfast/ports';
import { keptTls } from '../enrolment/identity.ts';
import { readSettings } from '../settings.ts';
import { createSite, leave } from '../site.ts';
import type { SiteAnswer } from './guard.ts';

/** An assignment that no client has: the site looks who asks before it says so, and counts it as no check-in. */
const nobodys = `${mpPaths.assignments}/${'0'.repeat(64)}`;

export async function witness(
  ports: { readonly disk: Pick<Disk, 'open'>; readonly network: Network; readonly clock: Pick<Clock, 'now'> },
  stateFolder: string,
): Promise<SiteAnswer> {
  try {
    return await withOpen(ports.disk.open(stateFolder), async (state) => {
      const settings = await readSettings(state);
      const tls = await keptTls(state);
      if (!settings || !tls) return 'away';
      const answer = await createSite(settings.site, ports).request({ method: 'GET', path: nobodys, tls });
      await leave(answer);
      return answer.status === 429 || answer.status >= 500 ? 'busy' : 'answers';
    });
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return 'away';
    throw thrown;
  }
}
