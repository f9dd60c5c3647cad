/** Looking at a component: its signed manifest, and whether files, registry values and services are as that says. */
import {
  type ComponentFile,
  type ComponentManifest,
  type ComponentName,
  componentNames,
  HoldfastError,
} from '@holdfast/contract';
import { hashFile, readWhole, splitPath, withOpen } from '@holdfast/engine';
import type { Folder, StarterName, StarterState } from '@holdfast/ports';
import { manifestLimit, manifestPath, openManifest, variantFor } from './manifest.ts';
import type { ClientPlace, ComponentFinding, Damage, Installation, Look } from './model.ts';
import { packageVersion } from './package-version.ts';

/** Absolute path of the folder that a component's paths are below. */
export function rootOf(component: ComponentName, place: ClientPlace): string {
  return component === 'launcher' ? place.installFolder : place.versionFolder;
}

/**
 * Looks at components without changing anything. Every file is read to its end: damage of equal length is found.
 * @throws HoldfastError of the system's own; what is damaged or cannot be read is a finding
 */
export async function verifyComponents(
  installation: Installation,
  names: readonly ComponentName[] = componentNames,
): Promise<readonly ComponentFinding[]> {
  const findings: ComponentFinding[] = [];
  for (const name of names) findings.push((await lookAt(installation, name)).finding);
  return findings;
}

export async function verifyComponent(
  installation: Installation,
  name: ComponentName,
): Promise<ComponentFinding> {
  return (await lookAt(installation, name)).finding;
}

/** A finding together with the manifest and the damaged files, for those who mend. */
export async function lookAt(installation: Installation, component: ComponentName): Promise<Look> {
  const read = await readManifest(installation, component);
  if (typeof read === 'string') {
    const damages = [{ kind: 'manifest', what: manifestPath(component), reason: read } as const];
    return { finding: { component, version: null, variant: null, damages }, manifest: null, files: [] };
  }
  const system = await installation.ports.boot.operatingSystem();
  const variant = variantFor(read, system.version);
  const damages: Damage[] = [];
  const files: ComponentFile[] = [];
  const unopened = await inFolder(installation, rootOf(component, installation.place), async (root) => {
    for (const file of filesOf(read)) {
      const reason = await fileDamage(root, file);
      if (reason === undefined) continue;
      damages.push({ kind: 'file', what: file.path, reason });
      files.push(file);
    }
  });
  if (unopened !== undefined) damages.push({ kind: 'file', what: '.', reason: unopened });
  if (read.variants && !variant) {
    const reason = `none of its variants is for version ${system.version} of the system`;
    damages.push({ kind: 'variant', what: component, reason });
  }
  damages.push(...(await registryDamages(installation, read)), ...(await starterDamages(installation, read)));
  const finding = { component, version: read.version, variant: variant?.name ?? null, damages };
  return { finding, manifest: read, files };
}

/** All files, those of every variant: another version of the system may need another one, without a network. */
export function filesOf(manifest: ComponentManifest): readonly ComponentFile[] {
  return [...manifest.files, ...(manifest.variants ?? []).flatMap(({ files }) => files)];
}

/** The manifest, or what is wrong with it as a clause. */
async function readManifest(
  installation: Installation,
  component: ComponentName,
): Promise<ComponentManifest | string> {
  const { ports, releaseKey, place } = installation;
  const system = await ports.boot.operatingSystem();
  const version = component === 'launcher' ? await packageVersion(installation) : installation.version;
  return await inFolder(installation, rootOf(component, place), (root) =>
    atPath<ComponentManifest | string>(root, manifestPath(component), async (parent, name) => {
      try {
        const file = await readWhole(parent, name, manifestLimit);
        return openManifest(file, { component, version, system, releaseKey });
      } catch (thrown) {
        return clauseOf(thrown);
      }
    }),
  );
}

/** Uses a folder; what keeps it from being opened is answered as a clause. */
async function inFolder<Result>(
  { ports }: Pick<Installation, 'ports'>,
  path: string,
  use: (folder: Folder) => Promise<Result>,
): Promise<Result | string> {
  let folder: Folder;
  try {
    folder = await ports.disk.open(path);
  } catch (thrown) {
    return clauseOf(thrown);
  }
  return await withOpen(folder, use);
}

/** Goes to the folder that a path lies in; what keeps it from there is answered as a clause. */
async function atPath<Result>(
  root: Folder,
  path: string,
  use: (parent: Folder, name: string) => Promise<Result>,
): Promise<Result | string> {
  const walk = async (folder: Folder, [first, ...rest]: readonly string[]): Promise<Result | string> => {
    if (first === undefined) return 'it has no name';
    if (rest.length === 0) return await use(folder, first);
    const entry = await folder.entry(first);
    if (!entry) return `its folder ${first} is missing`;
    if (entry.kind !== 'folder') return `${first} is no folder`;
    return await withOpen(folder.folder(first), (inner) => walk(inner, rest));
  };
  try {
    return await walk(root, splitPath(path));
  } catch (thrown) {
    return clauseOf(thrown);
  }
}

/** What is wrong with a file below the root, as a clause; undefined where it is whole. */
export async function fileDamage(root: Folder, file: ComponentFile): Promise<string | undefined> {
  return await atPath<string | undefined>(root, file.path, async (parent, name) => {
    const entry = await parent.entry(name);
    if (!entry) return 'it is missing';
    if (entry.kind !== 'file') return `a ${entry.kind} lies in its place`;
    if (entry.size !== file.size) return `it has ${entry.size} bytes in place of ${file.size}`;
    return (await hashFile(parent, name)).sha256 === file.sha256 ? undefined : 'its content differs';
  });
}

async function registryDamages({ ports }: Installation, { registry }: ComponentManifest): Promise<Damage[]> {
  const damages: Damage[] = [];
  for (const { key, name, value } of registry) {
    const found = await ports.registry.read({ hive: 'HKLM', key, name, view: '64' });
    if (found === value) continue;
    const reason = found === undefined ? 'it is missing' : 'it has another value';
    damages.push({ kind: 'registry', what: `${key}\\${name}`, reason });
  }
  return damages;
}

export const starterNames: readonly StarterName[] = ['service', 'second'];

/** Whether a starter is as the manifest asks: whether it runs at this moment is the business of others. */
export function starterDamage({ present, asDefined, enabled, reason }: StarterState): string | undefined {
  if (present && asDefined && enabled) return undefined;
  return reason === '' ? 'it is not as it should be' : reason;
}

/** Where the machine has no starters of ours, the services are asked for by their names. */
async function starterDamages({ ports }: Installation, { services }: ComponentManifest): Promise<Damage[]> {
  const damages: Damage[] = [];
  if (services.length === 0) return damages;
  if (ports.starters) {
    for (const what of starterNames) {
      const reason = await ports.starters.look(what).then(starterDamage, clauseOf);
      if (reason !== undefined) damages.push({ kind: 'service', what, reason });
    }
    return damages;
  }
  for (const what of ports.services ? services : []) {
    if ((await ports.services?.state(what)) !== undefined) continue;
    damages.push({ kind: 'service', what, reason: 'the service manager does not know it' });
  }
  return damages;
}

/** A failure as a clause of a finding. */
export function clauseOf(thrown: unknown): string {
  if (!(thrown instanceof HoldfastError)) throw thrown;
  const text = thrown.message.replace(/\.$/, '');
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
