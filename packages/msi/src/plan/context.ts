/** What the planners of all actions share while one product is planned. */
import type { Scene } from '../evaluate/scene.ts';
import type { Component, Feature, Product, TypedRow } from '../product/model.ts';
import { type Cells, cellsOf } from '../product/rows.ts';
import type { InstallerKeys } from '../root/installer-keys.ts';
import type { ProductState } from '../root/product-state.ts';
import type { RegistryHive, RegistryPlace } from '../root/registry.ts';
import type { Because, Draft } from './draft.ts';
import type { OpenCached, PlanMachine, PlanPackage } from './machine.ts';
import type { FileDecision, Refusal, ReinstallMode, Request } from './model.ts';

export type State = 'local' | 'source' | 'advertised' | 'absent';

/** A feature before and after. */
export type FeaturePlan = {
  readonly feature: Feature;
  /** After the rows of the Condition table; at 0 the feature is not there for anyone. */
  readonly level: number;
  readonly installed: State;
  /** Undefined where it is left as it is. */
  readonly action: State | undefined;
  /** REINSTALL asks for what is there already. */
  readonly again: boolean;
  readonly why: string;
};

export type ComponentPlan = {
  readonly component: Component;
  readonly installed: 'local' | 'absent';
  /** `unregister`: this product lets go of it, and its resources stay. */
  readonly action: 'local' | 'absent' | 'unregister' | undefined;
  /** Whether it is there already and its resources are looked at again. */
  readonly again: boolean;
  /** Ids of features. */
  readonly features: readonly string[];
  readonly why: string;
};

export type Planning = {
  readonly request: Request;
  readonly product: Product;
  readonly productCode: string;
  readonly from: PlanPackage;
  readonly host: PlanMachine;
  readonly openCached: OpenCached;
  readonly draft: Draft;
  readonly scene: Scene;
  readonly keys: InstallerKeys;
  readonly registered: ProductState | undefined;
  readonly forMachine: boolean;
  /** Code of the product that is about to replace this one. */
  readonly upgradedBy: string | undefined;
  /** Filled when the costs are settled. */
  readonly features: Map<string, FeaturePlan>;
  readonly components: Map<string, ComponentPlan>;
  /** By id of the file; filled by InstallFiles. */
  readonly decisions: Map<string, FileDecision>;
  /** What the Upgrade table found: codes of products that are to be removed, with the features that go. */
  readonly replaced: Map<string, string>;
  /** Codes of products whose features are taken over. */
  readonly migrated: Set<string>;
  /** Plans the removal of a product that this one replaces, into the same draft. */
  removeProduct(state: ProductState, features: string): Promise<Refusal | undefined>;
  mode: ReinstallMode;
  /** No feature is left when it is over. */
  removesAll: boolean;
  restart: boolean;
};

/** Plans one standard action. What it refuses ends the plan. */
export type ActionPlanner = (
  planning: Planning,
  action: string,
) => Promise<Refusal | undefined> | Refusal | undefined;

/** Rows of a table with their cells; none where the package has no such table. */
export async function rowsOf(
  { product }: Planning,
  table: string,
  key: string,
): Promise<readonly (Cells & { readonly row: TypedRow })[]> {
  return (await product.rows(table)).map((row) => ({ row, ...cellsOf(table, key, row) }));
}

/** The component that a row belongs to, where something is done with it. */
export function componentOf(
  { components }: Planning,
  cells: Cells,
  action: 'local' | 'absent',
  column = 'Component_',
): ComponentPlan | undefined {
  const plan = components.get(cells.optionalText(column) ?? '');
  return plan?.action === action ? plan : undefined;
}

export function because(action: string, { component, why }: ComponentPlan, reason?: string): Because {
  return { action, component: component.id, reason: reason ?? why };
}

export function is64Bit({ attributes }: Component): boolean {
  return (attributes & 256) !== 0;
}

/** Where a component's registry rows go. */
export function registryPlace(
  { forMachine, host }: Planning,
  root: 'HKMU' | RegistryHive,
  key: string,
  component: Component,
): RegistryPlace {
  const view = host.machine.architecture === 'x86' || is64Bit(component) ? '64' : '32';
  const own = forMachine ? 'HKLM' : 'HKCU';
  if (root === 'HKMU') return { hive: own, key, view };
  // Classes of a product for one user are that user's: "Registry Table", Root 0.
  if (root === 'HKCR') return { hive: own, key: `Software\\Classes\\${key}`, view };
  return { hive: root, key, view };
}

/** Whether this repair rewrites rows of a hive; what is installed anew is always written. */
export function rewrites({ mode }: Planning, { again }: ComponentPlan, what: 'm' | 'u' | 's'): boolean {
  return !again || mode.has(what);
}

/** Whether a feature becomes, or is made again, local. */
export function publishes({ features }: Planning): boolean {
  return [...features.values()].some(({ action }) => action === 'local' || action === 'source');
}
