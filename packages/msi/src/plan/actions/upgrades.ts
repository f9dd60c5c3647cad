/** FindRelatedProducts, MigrateFeatureStates, RemoveExistingProducts: major upgrades. Source: "Upgrade Table". */
import { compareVersions } from '@holdfast/contract';
import type { Cells } from '../../product/rows.ts';
import { type ProductState, productState, relatedProducts } from '../../root/product-state.ts';
import { type Planning, rowsOf } from '../context.ts';
import type { Refusal } from '../model.ts';
import { planComponents } from '../states.ts';

const bits = {
  migrate: 1,
  onlyDetect: 2,
  minimumToo: 0x100,
  maximumToo: 0x200,
  otherLanguages: 0x400,
} as const;

function isInRange(row: Cells, version: string): boolean {
  const attributes = row.number('Attributes');
  const beside = (column: string): number | undefined => {
    const limit = row.optionalText(column);
    return limit === undefined ? undefined : compareVersions(version, limit, 3);
  };
  const [low, high] = [beside('VersionMin'), beside('VersionMax')];
  if (low !== undefined && (low < 0 || (low === 0 && (attributes & bits.minimumToo) === 0))) return false;
  return high === undefined || high < 0 || (high === 0 && (attributes & bits.maximumToo) !== 0);
}

function hasLanguage(row: Cells, language: number | undefined): boolean {
  const listed = row.optionalText('Language');
  if (listed === undefined || language === undefined) return true;
  const isListed = listed.split(',').some((one) => Number.parseInt(one, 10) === language);
  return isListed !== ((row.number('Attributes') & bits.otherLanguages) !== 0);
}

function found({ draft, productCode, forMachine }: Planning, row: Cells): readonly ProductState[] {
  return relatedProducts(draft.registry, row.text('UpgradeCode').toUpperCase()).flatMap((code) => {
    if (code === productCode) return [];
    const state = productState(draft.registry, code);
    // A product of one user and one of the machine do not see each other.
    if (state?.version === undefined || state.forMachine !== forMachine) return [];
    return isInRange(row, state.version) && hasLanguage(row, state.language) ? [state] : [];
  });
}

/** Only a first installation looks for others. */
export async function findRelatedProducts(planning: Planning): Promise<void> {
  const { scene, replaced, migrated, registered } = planning;
  if (registered !== undefined) return;
  for (const row of await rowsOf(planning, 'Upgrade', 'UpgradeCode')) {
    const property = row.text('ActionProperty');
    const before = (scene.property(property) ?? '').split(';').filter((code) => code !== '');
    const attributes = row.number('Attributes');
    for (const { productCode } of found(planning, row)) {
      if (!before.includes(productCode)) before.push(productCode);
      if ((attributes & bits.onlyDetect) === 0)
        replaced.set(productCode, row.optionalText('Remove') ?? 'ALL');
      if ((attributes & bits.migrate) !== 0) migrated.add(productCode);
    }
    if (before.length > 0) scene.setProperty(property, before.join(';'));
  }
}

/** Features are installed as they were in the product that is replaced. */
export function migrateFeatureStates(planning: Planning): void {
  const { draft, features, migrated, scene, registered } = planning;
  if (registered !== undefined || scene.property('Preselected') !== undefined) return;
  for (const code of migrated) {
    const old = productState(draft.registry, code);
    for (const [id, plan] of features) {
      const state = old?.features.get(id);
      if (state === undefined || plan.action === 'source' || plan.action === 'advertised') continue;
      const why = `it is ${state} in ${old?.name ?? code}, which is replaced`;
      features.set(id, { ...plan, action: state === 'local' ? 'local' : undefined, why });
      const before = scene.features.get(id);
      if (before) scene.features.set(id, { ...before, state, why });
    }
  }
  if (migrated.size > 0) planComponents(planning);
}

export async function removeExistingProducts(
  planning: Planning,
  action: string,
): Promise<Refusal | undefined> {
  const { draft, replaced } = planning;
  for (const [code, features] of replaced) {
    const state = productState(draft.registry, code);
    if (state === undefined) continue;
    const names = planning.scene.format(features);
    // The Remove column may come out empty: then nothing is removed.
    if (names === '') continue;
    draft.removes.push({ productCode: code, version: state.version });
    const refusal = await planning.removeProduct(state, names);
    if (refusal)
      return {
        ...refusal,
        message: `${action}: ${state.name ?? code} cannot be removed. ${refusal.message}`,
      };
  }
  return undefined;
}
