/** The mending of what was found damaged, one thing at a time: what cannot be mended keeps nothing else from it. */
import { type ComponentFile, type ComponentName, isHoldfastError } from '@holdfast/contract';
import {
  type Change,
  carryOutAll,
  hashFile,
  type JobReport,
  type Ledger,
  readWhole,
  released,
} from '@holdfast/engine';
import { type Copies, type Want, wantedFile } from './copies.ts';
import { manifestLimit, manifestPath, openManifest } from './manifest.ts';
import type { Installation, Look } from './model.ts';
import { restoreFile, restoreRegistryValue, restoreStarter } from './restore.ts';
import { rootOf, starterNames } from './verify.ts';

/** Passes over a change that waits (a file in use, no room), and the longest wait between two. Milliseconds. */
const mostPasses = 4;
const longestPauseMs = 20_000;

export type Mending = {
  readonly installation: Installation;
  readonly copies: Copies;
  readonly ledger: Ledger;
  readonly signal: AbortSignal | undefined;
  /** Why something was not mended, by `damageKey`. */
  readonly reasons: Map<string, string>;
  /** From where something was mended, by `damageKey`. */
  readonly from: Map<string, string>;
};

export const damageKey = (component: ComponentName, what: string): string => `${component} ${what}`;

/** Where a component's files lie in a package. */
const packagePath = (component: ComponentName, path: string) =>
  component === 'launcher' ? path : `seed/${path}`;

/** Manifests first: before one is whole nothing is known of its component. */
export async function mendManifests(mending: Mending, looks: readonly Look[]): Promise<void> {
  const { installation, copies, signal, reasons } = mending;
  const wants = new Map<ComponentName, Want>();
  for (const { finding, manifest } of looks) {
    if (manifest) continue;
    wants.set(finding.component, await wantedManifest(installation, finding.component));
  }
  if (wants.size > 0) await copies.collect([...wants.values()], signal);
  for (const [component, { key }] of wants) {
    const path = manifestPath(component);
    if (!copies.from.has(key)) reasons.set(damageKey(component, path), 'no source has a good copy of it');
    else await mendFile(mending, component, { path, ...(await hashFile(copies.folder, key)) }, key);
  }
}

export async function mendFiles(mending: Mending, looks: readonly Look[]): Promise<void> {
  const { copies, signal } = mending;
  const wants = new Map<string, Want>();
  for (const { finding, files } of looks) {
    for (const file of files) {
      wants.set(file.sha256, wantedFile(file, packagePath(finding.component, file.path)));
    }
  }
  if (wants.size > 0) await copies.collect([...wants.values()], signal);
  for (const { finding, files } of looks) {
    for (const file of files) await mendFile(mending, finding.component, file, file.sha256);
  }
}

export async function mendRegistry(mending: Mending, looks: readonly Look[]): Promise<void> {
  for (const { finding, manifest } of looks) {
    for (const value of manifest?.registry ?? []) {
      const what = `${value.key}\\${value.name}`;
      if (!finding.damages.some((damage) => damage.kind === 'registry' && damage.what === what)) continue;
      await make(mending, finding.component, what, restoreRegistryValue(mending.installation, value));
    }
  }
}

export async function mendStarters(mending: Mending, looks: readonly Look[]): Promise<void> {
  for (const { finding } of looks) {
    for (const name of starterNames) {
      if (!finding.damages.some(({ kind, what }) => kind === 'service' && what === name)) continue;
      await make(mending, finding.component, name, restoreStarter(mending.installation, name));
    }
  }
}

async function mendFile(
  mending: Mending,
  component: ComponentName,
  file: ComponentFile,
  copy: string,
): Promise<void> {
  const { installation, copies, reasons, from } = mending;
  const source = copies.from.get(copy);
  const key = damageKey(component, file.path);
  if (source === undefined) {
    reasons.set(key, 'no source has a good copy of it');
    return;
  }
  from.set(key, source);
  const root = rootOf(component, installation.place);
  await make(
    mending,
    component,
    file.path,
    restoreFile(installation, root, file, () => copies.folder.read(copy)),
  );
}

/** Carries one change out, by the engine, with a whole new budget of tries. */
async function make(mending: Mending, component: ComponentName, what: string, change: Change): Promise<void> {
  const { ledger, signal, installation, reasons } = mending;
  const { ports, version, exclusive } = installation;
  const { clock, entropy, boot } = ports;
  const id = damageKey(component, what);
  const record = ledger.read(id);
  // Whatever an earlier life began is begun anew: what it left beside the file is removed by then.
  if (record) await ledger.write(id, { ...released(record), changes: [] });
  for (let pass = 1; ; pass += 1) {
    const job = { id, version, changes: [change] };
    const [report] = await carryOutAll([job], ledger, { clock, entropy, boot, exclusive }, signal);
    if (!report || report.state === 'done') return;
    if (report.wakeAt === null || pass === mostPasses) {
      reasons.set(id, reasonOf(report));
      return;
    }
    const ms = Math.min(Math.max(report.wakeAt - clock.now(), 0), longestPauseMs);
    await clock.sleep(ms, signal);
  }
}

function reasonOf({ state, reason, wait, refused }: JobReport): string {
  return reason ?? refused[0]?.reason ?? wait?.reason ?? `its work is ${state}`;
}

/** Its bytes are not known beforehand: the signature says which are the right ones. */
async function wantedManifest(installation: Installation, component: ComponentName): Promise<Want> {
  const { ports, version, releaseKey } = installation;
  const system = await ports.boot.operatingSystem();
  return {
    key: `manifest-${component}`,
    path: packagePath(component, manifestPath(component)),
    fits: (size) => size <= manifestLimit,
    isGood: async (folder, name) => {
      try {
        openManifest(await readWhole(folder, name, manifestLimit), {
          component,
          version,
          system,
          releaseKey,
        });
        return true;
      } catch (thrown) {
        if (isHoldfastError(thrown, 'release.untrusted', 'network.response-invalid')) return false;
        throw thrown;
      }
    },
  };
}
