/** What can be said of a command line before it runs. */

/** What is known of the machine: no product of this line is there, or one is. */
export type InstalledState =
  | 'none'
  | {
      /** `{GUID}`: that of the package, or of another product of the same line. */
      readonly productCode: string;
      readonly version?: string;
      /** Ids of the features that are there; all that exist unless given. */
      readonly features?: readonly string[];
    };

export type ForesightCode =
  | 'no-action'
  | 'reinstall-not-installed'
  | 'reinstall-feature-unknown'
  | 'reinstall-feature-absent'
  | 'new-product-code'
  | 'product-not-installed'
  | 'other-version-installed'
  | 'already-installed'
  | 'feature-unknown'
  | 'features-absent'
  | 'administrative'
  | 'advertised-only'
  | 'detection-other-product'
  | 'detection-newer-version'
  | 'detection-file-unknown'
  | 'detection-file-not-installed'
  | 'recache-on-first-install'
  | 'properties-ignored'
  | 'feature-absent'
  | 'transforms'
  | 'launch-condition'
  | 'repair-after-removal'
  | 'other-package';

export type Reason = { readonly code: ForesightCode; readonly sentence: string };

export type Foresight = {
  /** The command cannot bring what it is for; false also where nothing can be said. */
  readonly changesNothing: boolean;
  /** Why; empty where it may change something. */
  readonly reasons: readonly Reason[];
  /** What else is worth knowing: none of it stops the command for certain. */
  readonly cautions: readonly Reason[];
};

export type Judgement = { readonly reasons: Reason[]; readonly cautions: Reason[] };

export function foresightOf({ reasons: found, cautions }: Judgement): Foresight {
  return { changesNothing: found.length > 0, reasons: found, cautions };
}
