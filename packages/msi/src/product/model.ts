/** What a package says of its product: rows of the installer's tables, typed and joined, nothing evaluated yet. */
import type { PackageKind } from '../database/kind.ts';
import type { Summary } from '../database/summary.ts';

/** Of the Template summary: what the product's files are made for. */
export type Architecture = 'x86' | 'x64' | 'ia64' | 'arm' | 'arm64';

/** How the files lie in the source: bits of the Word Count summary. */
export type SourceLayout = {
  /** 1: sources have short names only. */
  readonly shortNames: boolean;
  /** 2: files are in cabinets unless a file says otherwise. */
  readonly compressed: boolean;
  /** 4: this is an administrative image. */
  readonly administrative: boolean;
};

/** A name as the tables store it (`short|long`), taken apart. The long one is what Windows shows. */
export type FileName = { readonly short: string; readonly long: string };

/** Directory table. */
export type Directory = {
  readonly id: string;
  /** Undefined at a root (TARGETDIR, or a folder that names itself as its parent). */
  readonly parent: string | undefined;
  /** Name below the parent at the target; undefined for `.`: the parent itself. */
  readonly target: FileName | undefined;
  /** Name below the parent in the source; undefined for the parent itself. */
  readonly source: FileName | undefined;
};

/** A row of the Condition table: the level of the feature where the condition holds. */
export type LevelCondition = { readonly level: number; readonly condition: string };

/** Feature table, with its rows of Condition and FeatureComponents. */
export type Feature = {
  readonly id: string;
  readonly parent: string | undefined;
  readonly title: string;
  readonly description: string;
  /** Installed where this is 1..INSTALLLEVEL; 0 never. */
  readonly level: number;
  /** Bits of the Feature table: 2 follow parent, 16 may not be absent, ... */
  readonly attributes: number;
  readonly directory: string | undefined;
  readonly conditions: readonly LevelCondition[];
  /** Ids of components, in stored order. */
  readonly components: readonly string[];
};

/** What tells whether a component is there. A directory where the package names nothing. */
export type KeyPath =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'registry'; readonly value: string }
  | { readonly kind: 'odbc'; readonly source: string }
  | { readonly kind: 'directory'; readonly directory: string };

/** Component table. */
export type Component = {
  readonly id: string;
  /** `{GUID}`; undefined for a component that is not registered, and so never repaired. */
  readonly componentId: string | undefined;
  readonly directory: string;
  /** Bits of the Component table: 16 permanent, 64 transitive, 128 never overwrite, 256 64-bit, ... */
  readonly attributes: number;
  readonly condition: string | undefined;
  readonly keyPath: KeyPath;
};

/** File table, with MsiFileHash. */
export type ProductFile = {
  readonly id: string;
  readonly component: string;
  readonly name: FileName;
  /** Bytes. */
  readonly size: number;
  /** `1.2.3.4`; undefined for a file without one. */
  readonly version: string | undefined;
  /** The file whose decision this one follows (its id stands in the Version column). */
  readonly companionOf: string | undefined;
  /** Decimal language ids, comma separated, as stored. */
  readonly languages: string | undefined;
  /** Bits of the File table: 0x200 vital, 0x400 checksum, 0x2000 noncompressed, 0x4000 compressed, ... */
  readonly attributes: number;
  readonly sequence: number;
  /** MD5 in lower-case hexadecimal, of MsiFileHash. */
  readonly hash: string | undefined;
};

/** Media table. */
export type Media = {
  readonly disk: number;
  readonly lastSequence: number;
  /** Undefined where the files lie uncompressed beside the package. `embedded` names a stream of the package. */
  readonly cabinet: { readonly name: string; readonly embedded: boolean } | undefined;
};

export type RegistryRoot = 'HKMU' | 'HKCR' | 'HKCU' | 'HKLM' | 'HKU';

/** Registry table. Text columns are formatted: `[INSTALLDIR]`, `[#file]`, `[!shortfile]`, `[$component]`. */
export type RegistryRow = {
  readonly id: string;
  readonly root: RegistryRoot;
  readonly key: string;
  /** `*`, `+`, `-` and null have meanings of their own where there is no value (Registry table). */
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly component: string;
};

/** A row of any other table, by column name. */
export type TypedRow = Readonly<Record<string, string | number | null>>;

export type Product = {
  readonly kind: PackageKind;
  readonly summary: Summary;
  readonly properties: ReadonlyMap<string, string>;
  readonly name: string | undefined;
  /** `{GUID}`, upper case. */
  readonly productCode: string | undefined;
  readonly upgradeCode: string | undefined;
  readonly version: string | undefined;
  readonly manufacturer: string | undefined;
  /** Decimal language id. */
  readonly language: number | undefined;
  readonly architecture: Architecture;
  readonly sourceLayout: SourceLayout;
  /** By id, in stored order; so are the others. */
  readonly directories: ReadonlyMap<string, Directory>;
  readonly features: ReadonlyMap<string, Feature>;
  readonly components: ReadonlyMap<string, Component>;
  readonly files: ReadonlyMap<string, ProductFile>;
  readonly media: readonly Media[];
  readonly registry: readonly RegistryRow[];
  /**
   * Rows of a table that has no type of its own here (Shortcut, ServiceInstall, Upgrade, CustomAction, ...).
   * Empty where the package has no such table.
   */
  rows(table: string): Promise<readonly TypedRow[]>;
};
