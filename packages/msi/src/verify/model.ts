/** What on a machine differs from what a package would have put there. */
import type { InstalledProduct } from '../root/registration.ts';

export type DifferenceKind =
  | 'product-not-registered'
  | 'product-version'
  | 'key-path-broken'
  | 'file-missing'
  | 'file-older'
  | 'file-newer'
  | 'file-different'
  | 'folder-missing'
  | 'registry-missing'
  | 'registry-different'
  | 'service-missing'
  | 'service-different'
  | 'shortcut-missing';

export type Difference = {
  readonly kind: DifferenceKind;
  /** Empty for the product as a whole. */
  readonly component: string;
  /** The first feature that the component belongs to; empty for the product as a whole. */
  readonly feature: string;
  /** Windows path, registry value, or name of the service. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** By which rule it counts as a difference, and what it means: a sentence. */
  readonly why: string;
};

/** Something that the package brings and that could not be, or is not, compared. */
export type NotJudged = { readonly component: string; readonly what: string; readonly why: string };

export type ComponentFinding = {
  readonly component: string;
  readonly installed: boolean;
  /** On record, though its condition does not hold here: what it lacks is no difference. */
  readonly doubtful: boolean;
  readonly why: string;
};

export type Verification = {
  /** As Windows Installer has it written down; undefined where it knows nothing of the product. */
  readonly registered: InstalledProduct | undefined;
  readonly components: readonly ComponentFinding[];
  readonly differences: readonly Difference[];
  readonly notJudged: readonly NotJudged[];
  /** How much was compared. */
  readonly compared: { readonly files: number; readonly values: number; readonly others: number };
};

/** Collects what one look at a component finds. */
export type Findings = {
  readonly differences: Difference[];
  readonly notJudged: NotJudged[];
  readonly compared: { files: number; values: number; others: number };
};

export function noFindings(): Findings {
  return { differences: [], notJudged: [], compared: { files: 0, values: 0, others: 0 } };
}
