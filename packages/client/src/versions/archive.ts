/** The archive of the version that runs, once more from the site: what mending it takes files from. */
import { HoldfastError, mpPaths } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import type { Installation } from '../components/model.ts';
import { download } from '../content/download.ts';
import { fetchRelease } from '../release.ts';
import { archiveFor } from './route.ts';

/**
 * Has it lie in a folder, whole. Answers its name there.
 * @throws HoldfastError `release.missing` where the site does not have that version any more, `content.*`, `network.*`, `disk.*`
 */
export async function fetchArchive(
  { ports, site, version, releaseKey }: Installation,
  folder: Folder,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (!site) throw new HoldfastError('network.unreachable', 'No site is known to fetch the version from.');
  const tls = await site.tls();
  const { release } = await fetchRelease(site.site, { version, releaseKey, tls, signal });
  const { name, size, sha256 } = archiveFor(release, await ports.boot.operatingSystem());
  const from = { site: site.site, now: () => ports.clock.now(), route: mpPaths.clientPackages };
  await download(from, folder, { path: name, size, sha256 }, tls, signal);
  return sha256;
}
