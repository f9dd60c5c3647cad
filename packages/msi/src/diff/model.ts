/** How two packages differ: what it means, what of the product, and which rows and streams. */
import type { Value } from '../database/table.ts';

export type Change<Item> = { readonly id: string; readonly before: Item; readonly after: Item };

/** Things of one kind, by their ids. */
export type Changes<Item> = {
  readonly added: readonly Item[];
  readonly removed: readonly Item[];
  readonly changed: readonly Change<Item>[];
};

export type FieldChange = {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
};

export type FeatureFacts = {
  readonly id: string;
  readonly parent: string | null;
  readonly level: number;
  readonly components: readonly string[];
};
export type ComponentFacts = {
  readonly id: string;
  readonly componentId: string | null;
  readonly directory: string;
  /** Kind and id of what its key path names. */
  readonly keyPath: string;
  readonly condition: string | null;
};
export type FileFacts = {
  readonly id: string;
  readonly name: string;
  readonly component: string;
  /** Bytes. */
  readonly size: number;
  readonly version: string | null;
  /** MD5, where the package has one. */
  readonly hash: string | null;
};
export type RegistryFacts = {
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly value: string | null;
};
/** A service or a custom action: its row. */
export type RowFacts = {
  readonly id: string;
  readonly row: Readonly<Record<string, string | number | null>>;
};

export type RowChange = {
  readonly key: readonly Value[];
  readonly columns: readonly { readonly name: string; readonly before: Value; readonly after: Value }[];
};

export type TableDiff = {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Whether columns are named, typed or ordered otherwise; rows are then compared by the columns that both have. */
  readonly columnsChanged: boolean;
  /** Rows in all; the lists below hold the first of them. */
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
  readonly added: readonly (readonly Value[])[];
  readonly removed: readonly (readonly Value[])[];
  readonly changed: readonly RowChange[];
};

export type StreamFacts = { readonly size: number; readonly sha256: string };
export type StreamDiff = {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: StreamFacts | null;
  readonly after: StreamFacts | null;
};

/** learn.microsoft.com, "Patching and Upgrades": small update, minor upgrade, major upgrade. */
export type DiffKind = 'same' | 'small-update' | 'minor-upgrade' | 'major-upgrade' | 'another-product';

/** What the second package would do wrong to a machine that has the first. */
export type BrokenRule = {
  readonly rule:
    | 'package-code-kept'
    | 'component-key-path'
    | 'component-removed'
    | 'feature-removed'
    | 'file-version-lowered'
    | 'file-version-kept'
    | 'version-not-raised'
    | 'version-lowered'
    | 'upgrade-not-found';
  /** Component, feature or file; empty for the product. */
  readonly id: string;
  readonly sentence: string;
};

export type PackageDiff = {
  readonly kind: DiffKind;
  readonly sentence: string;
  readonly broken: readonly BrokenRule[];
  readonly product: readonly FieldChange[];
  readonly features: Changes<FeatureFacts>;
  readonly components: Changes<ComponentFacts>;
  readonly files: Changes<FileFacts>;
  readonly registry: Changes<RegistryFacts>;
  readonly services: Changes<RowFacts>;
  readonly customActions: Changes<RowFacts>;
  readonly tables: readonly TableDiff[];
  readonly streams: readonly StreamDiff[];
};
