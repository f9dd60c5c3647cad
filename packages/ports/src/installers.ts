/** What the platform's installers and version resources say about installed software. */

import type { Readiness, Watch } from './readiness.ts';

export type PackageState = {
  readonly installed: boolean;
  readonly version?: string;
  /** Neither installed nor gone: an installation or a removal was cut short. */
  readonly half?: boolean;
};

export type Installers = {
  /** dpkg: `installed` only in state "install ok installed", or "hold ok installed". Undefined where there is no dpkg. */
  dpkg(name: string): Promise<PackageState | undefined>;
  /** Windows Installer: installed = INSTALLSTATE_DEFAULT (5) of MsiQueryProductState. Undefined where there is none. */
  msi(productCode: string): Promise<PackageState | undefined>;
  /** File version of the version resource, `a.b.c.d`; undefined where the file has none. */
  fileVersion(path: string): Promise<string | undefined>;
  /** Whether no installation is under way: `{ exitCode: 1618 }`, or dpkg's lock. Absent where that cannot be asked. */
  idle?(): Promise<Readiness>;
  /**
   * Whether they could work, were they asked to: no package of dpkg is half installed, the database of rpm is whole; the
   * service of Windows Installer starts. Undefined where there is none that can be asked; it says nothing of value while they are not idle.
   */
  healthy?(): Promise<Readiness | undefined>;
  readonly watch?: Watch;
};
