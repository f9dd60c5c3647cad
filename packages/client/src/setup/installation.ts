/** What is installed, seen as the components that it is made of. */
import { HoldfastError } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import type { Installation } from '../components/model.ts';
import { seedName } from '../components/package-version.ts';
import { filesTrouble } from '../components/trouble.ts';
import { childPath } from '../paths.ts';
import { createSite } from '../site.ts';
import { chosenOf } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** The client in a folder, as it is to be once the chosen package is installed there. */
export function installationIn(setUp: SetUp, folder: string): Installation {
  const { host, progress } = setUp;
  if (host.releaseKey === undefined) {
    throw new HoldfastError('release.untrusted', 'No release key is built into this program.');
  }
  const { site } = progress();
  const tls = async () => ({ authorities: site?.trust.authorities ?? [] });
  return {
    ports: host.ports,
    place: { installFolder: folder, versionFolder: childPath({ path: folder }, seedName) },
    stateFolder: host.places.state,
    releaseKey: host.releaseKey,
    version: chosenOf(setUp).version,
    exclusive: createSerial(),
    ...(site === null ? {} : { site: { site: createSite(site.address, host.ports), tls } }),
  };
}

/** What is wrong with the chosen package's files in a folder, as a clause. */
export async function filesOfPackage(setUp: SetUp, folder: string): Promise<string | undefined> {
  return await filesTrouble(installationIn(setUp, folder));
}
