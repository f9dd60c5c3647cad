/** What is installed, seen as the components that it is made of. */
import { HoldfastError } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import type { ComponentFinding, Installation } from '../components/model.ts';
import { verifyComponents } from '../components/verify.ts';
import { childPath } from '../paths.ts';
import { createSite } from '../site.ts';
import { chosenOf } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** Name of the version that the package brings, in the install folder. */
const seedName = 'seed';

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

/** What a package brings: services and registry come with its installer, or in the phase that settles the components. */
export async function filesOfPackage(setUp: SetUp, folder: string): Promise<string | undefined> {
  const findings = await verifyComponents(installationIn(setUp, folder));
  return firstTrouble(findings, ['manifest', 'file', 'variant']);
}

type DamageKind = ComponentFinding['damages'][number]['kind'];

/** The first damage as a sentence; undefined where there is none of these kinds. */
export function firstTrouble(
  findings: readonly ComponentFinding[],
  kinds: readonly DamageKind[] = ['manifest', 'file', 'variant', 'registry', 'service'],
): string | undefined {
  for (const { component, damages } of findings) {
    const found = damages.find(({ kind }) => kinds.includes(kind));
    if (found) return `${component}: ${found.what}: ${found.reason}`;
  }
  return undefined;
}

/** Folder that a path lies in, and its name there. */
export function splitLast(path: string): { readonly folder: string; readonly name: string } {
  const [, folder = '', name = ''] = /^(.*)[/\\]([^/\\]+)[/\\]?$/.exec(path) ?? [];
  if (name === '') throw new HoldfastError('command.invalid', `${path} is no folder to install in.`);
  return {
    folder:
      folder === '' || /^[A-Za-z]:$/.test(folder) ? `${folder}${path.includes('\\') ? '\\' : '/'}` : folder,
    name,
  };
}
