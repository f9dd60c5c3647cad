/** PublishFeatures and UnpublishFeatures: which features are there, and which components each has. */
import { absentMark } from '../../root/product-state.ts';
import { shortGuid } from '../base85.ts';
import { type FeaturePlan, type Planning, publishes } from '../context.ts';

/** Between the components of a feature and the name of its parent. */
const parentMark = '\u0002';

function componentsText({ product }: Planning, { feature }: FeaturePlan): string {
  const codes = feature.components.map(
    (id) => shortGuid(product.components.get(id)?.componentId ?? '') ?? '',
  );
  return `${codes.join('')}${feature.parent === undefined ? '' : `${parentMark}${feature.parent}`}`;
}

function write(planning: Planning, action: string, plan: FeaturePlan): void {
  const { draft, keys } = planning;
  const { feature } = plan;
  const state = plan.action ?? plan.installed;
  const because = { action, reason: `the feature ${feature.id} is ${state}: ${plan.why}` };
  const own = `${state === 'absent' ? absentMark : ''}${feature.parent ?? ''}`;
  draft.set(keys.features, feature.id, { kind: 'text', text: own }, because);
  draft.set(
    keys.featureComponents,
    feature.id,
    { kind: 'text', text: componentsText(planning, plan) },
    because,
  );
}

export function publishFeatures(planning: Planning, action: string): void {
  if (!publishes(planning)) return;
  for (const plan of planning.features.values()) if (plan.level > 0) write(planning, action, plan);
}

/** Where the whole product goes, its keys go with it at the end. */
export function unpublishFeatures(planning: Planning, action: string): void {
  if (planning.removesAll) return;
  for (const plan of planning.features.values()) if (plan.action === 'absent') write(planning, action, plan);
}
