/** The features of an .msi, each with those below it. */
import type { InstallerFeature } from '@holdfast/contract/web';

/** A feature with what lies below it. */
export type Branch = {
  readonly feature: InstallerFeature;
  readonly children: readonly Branch[];
  /** Bytes of the feature and of all below it. */
  readonly bytes: number;
};

/** Features under their parents, in stored order. One whose parent is not there stands at the top. */
export function branchesOf(features: readonly InstallerFeature[]): readonly Branch[] {
  const known = new Set(features.map(({ id }) => id));
  const below = Map.groupBy(features, ({ parent }) =>
    parent !== null && known.has(parent) ? parent : undefined,
  );
  const branch = (feature: InstallerFeature): Branch => {
    const children = (below.get(feature.id) ?? []).map(branch);
    return { feature, children, bytes: children.reduce((sum, { bytes }) => sum + bytes, feature.bytes) };
  };
  return (below.get(undefined) ?? []).map(branch);
}
