/** What is said of components: where they lie, what is wrong with them, what was restored. */
import type { ComponentFile, ComponentManifest, ComponentName } from '@holdfast/contract';
import type { Serial } from '@holdfast/engine';
import type { MachinePorts, TlsIdentity } from '@holdfast/ports';
import type { Site } from '../site.ts';
import type { InstalledRuntime } from '../versions/route.ts';

/** Absolute paths. */
export type ClientPlace = {
  /** What the package owns: runtime, launcher, seed version. */
  readonly installFolder: string;
  /** The version whose components are meant: `seed` of the install folder, or one below the state folder. */
  readonly versionFolder: string;
};

export type ComponentPorts = Pick<MachinePorts, 'disk' | 'clock' | 'entropy' | 'boot' | 'registry'> &
  Partial<Pick<MachinePorts, 'services' | 'starters'>>;

/** Where packages are handed out, and how the client shows itself there. */
export type PackageSite = { readonly site: Site; tls(): Promise<TlsIdentity> };

/** One installed client, as its components are looked at and mended. */
export type Installation = {
  readonly ports: ComponentPorts;
  readonly place: ClientPlace;
  /** Absolute path of the existing state folder. */
  readonly stateFolder: string;
  /** PEM of the public half of the release key. */
  readonly releaseKey: string;
  /** The version that is installed: a manifest of any other is damage, so that mending never upgrades nor goes back. */
  readonly version: string;
  /** One mutation at a time, within this process; never held over a download. */
  readonly exclusive: Serial;
  /**
   * Runs a repair while no other process repairs this client. Absent: the caller knows that there is none.
   * @throws HoldfastError `system.busy`
   */
  readonly alone?: Serial;
  /** Absent: the kept package is the only source. */
  readonly site?: PackageSite;
};

/** What whoever starts a client that a package installed tells it of that. */
export type ClientInstallation = Pick<Installation, 'place' | 'releaseKey' | 'alone'> & {
  /** Whether the screen driver in a folder (absolute path) works on this machine. Absent: none is laid out. */
  readonly testDriver?: (folder: string) => Promise<{ readonly passed: boolean; readonly text: string }>;
  /** What lets it become another version. Absent: it stays what its package installed. */
  readonly versions?: VersionHost;
};

/** What a client has to become another version of itself. */
export type VersionHost = {
  readonly runtime: InstalledRuntime;
  /**
   * Whether the version in a folder (absolute path) works on this machine, tried in a process of its own.
   * @throws HoldfastError `system.*` where it could not be tried, or was ended by others: another try may answer
   */
  selfTest(folder: string): Promise<{ readonly passed: boolean; readonly text: string }>;
  /** Has the service manager start the client anew; resolves when that is under way. @throws HoldfastError `system.*` */
  restart(): Promise<void>;
};

/** One thing that is not as the signed manifest says. Plain data. */
export type Damage = {
  readonly kind: 'manifest' | 'file' | 'registry' | 'service' | 'variant';
  /** Path below the component's root with `/`, key with `\` and name, `service` or `second`. */
  readonly what: string;
  /** A clause: `it is missing`. */
  readonly reason: string;
};

/** What a look at one component gave. Plain data; whole where `damages` is empty. */
export type ComponentFinding = {
  readonly component: ComponentName;
  /** Of its manifest; null where that is damaged. */
  readonly version: string | null;
  /** The variant that fits this version of the system; null where it has none. */
  readonly variant: string | null;
  readonly damages: readonly Damage[];
};

/** A finding with what it was found by. */
export type Look = {
  readonly finding: ComponentFinding;
  readonly manifest: ComponentManifest | null;
  /** Files that are damaged, as the manifest has them. */
  readonly files: readonly ComponentFile[];
};

export type Restored = {
  readonly component: ComponentName;
  readonly what: string;
  /** What was wrong with it. */
  readonly reason: string;
  /** `kept package`, `site`; `here` for what needs no copy. */
  readonly from: string;
};

export type Unrestored = {
  readonly component: ComponentName;
  readonly what: string;
  /** Why it could not be restored, as a clause. */
  readonly reason: string;
};

/** Plain data. */
export type RepairReport = {
  /** As found before anything was done. */
  readonly before: readonly ComponentFinding[];
  /** What is whole now and was not, each looked at again. */
  readonly restored: readonly Restored[];
  readonly unrestored: readonly Unrestored[];
  /** As found afterwards; the same as `before` where nothing was to be done. */
  readonly after: readonly ComponentFinding[];
  /** Sources of copies that were of no use, with the reason as a sentence. */
  readonly troubles: readonly { readonly source: string; readonly error: string; readonly reason: string }[];
};

/** Folder in the state folder: journal, copies and reports of component work, drivers in use. */
export const workFolder = 'components';

export function isWhole(findings: readonly ComponentFinding[]): boolean {
  return findings.every(({ damages }) => damages.length === 0);
}
