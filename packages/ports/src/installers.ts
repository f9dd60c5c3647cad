/** What the platform's installers and version resources say about installed software. */

export type PackageState = { readonly installed: boolean; readonly version?: string };

export type Installers = {
  /** dpkg: `installed` only in state "install ok installed", or "hold ok installed". Undefined where there is no dpkg. */
  dpkg(name: string): Promise<PackageState | undefined>;
  /** Windows Installer: installed = INSTALLSTATE_DEFAULT (5) of MsiQueryProductState. Undefined where there is none. */
  msi(productCode: string): Promise<PackageState | undefined>;
  /** File version of the version resource, `a.b.c.d`; undefined where the file has none. */
  fileVersion(path: string): Promise<string | undefined>;
};
