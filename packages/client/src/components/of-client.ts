/** The running client as an installation whose components can be looked at and mended. */
import { type Serial, withOpen } from '@holdfast/engine';
import type { MachinePorts } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { keptIdentity, ownTls } from '../enrolment/identity.ts';
import { createSite } from '../site.ts';
import type { Installation, PackageSite } from './model.ts';

/**
 * Undefined in a client that no package installed.
 * @param exclusive one mutation at a time; whoever has the client to itself already passes one that waits for nobody
 */
export function installationOf(context: ClientContext, exclusive: Serial): Installation | undefined {
  const { options, ports, journal, site } = context;
  if (!options.installation) return undefined;
  const { testDriver: _driver, versions: _versions, ...installation } = options.installation;
  return {
    ...installation,
    ports,
    stateFolder: options.folder,
    version: options.version,
    exclusive,
    ...(journal.state.identity ? { site: { site, tls: () => ownTls(context) } } : {}),
  };
}

/**
 * The site as a program beside the client knows it, from the copy of the identity: the client's journal belongs to the
 * process that runs. Packages are handed out to anybody, so no certificate is shown. Undefined where none is known.
 *
 * @param address of the management point: https://…
 */
export async function packageSiteOf(
  ports: Pick<MachinePorts, 'disk' | 'network' | 'clock'>,
  stateFolder: string,
  address: string,
): Promise<PackageSite | undefined> {
  const kept = await withOpen(ports.disk.open(stateFolder), keptIdentity);
  if (!kept) return undefined;
  const { authorities } = kept.trust;
  return { site: createSite(address, ports), tls: async () => ({ authorities }) };
}
