/** Whether the site answers this client at this moment: asked by the guard of a trial, beside the version on trial. */
import { HoldfastError, mpPaths } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Clock, Disk, Folder, Network } from '@holdfast/ports';
import { keptTls } from '../enrolment/identity.ts';
import { readSettings } from '../settings.ts';
import { createSite, isPage, leave } from '../site.ts';
import type { SiteAnswer } from './guard.ts';
import { savedContact } from './saved.ts';

/** An assignment that no client has: the site looks who asks before it says so, and counts it as no check-in. */
const nobodys = `${mpPaths.assignments}/${'0'.repeat(64)}`;

export async function witness(
  ports: { readonly disk: Pick<Disk, 'open'>; readonly network: Network; readonly clock: Pick<Clock, 'now'> },
  stateFolder: string,
): Promise<SiteAnswer> {
  try {
    return await withOpen(ports.disk.open(stateFolder), async (state) => {
      // By what was saved before the switch: a version that has spoiled keys or settings has not silenced the site.
      const { site, tls } = (await savedContact(state)) ?? (await keptContact(state));
      if (!site || !tls) return 'away';
      const answer = await createSite(site, ports).request({ method: 'GET', path: nobodys, tls });
      await leave(answer);
      if (answer.status === 429 || answer.status >= 500) return 'busy';
      // A portal or a proxy has answered for it.
      return isPage(answer) ? 'away' : 'answers';
    });
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return 'away';
    throw thrown;
  }
}

async function keptContact(state: Folder) {
  return { site: (await readSettings(state))?.site, tls: await keptTls(state) };
}
