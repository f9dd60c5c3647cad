/** Goes through the execute sequence of a package and lets every action plan its part. */
import { stepsOf } from '../evaluate/sequence.ts';
import { byId } from '../product/rows.ts';
import { costFinalize } from './actions/costs.ts';
import { planners, unplanned } from './actions/table.ts';
import type { Planning } from './context.ts';
import { type CustomRow, customRow, planCustomAction } from './custom-actions.ts';
import type { Refusal } from './model.ts';

async function planAction(
  planning: Planning,
  action: string,
  customs: ReadonlyMap<string, CustomRow>,
): Promise<Refusal | undefined> {
  const custom = customs.get(action);
  if (custom !== undefined) return await planCustomAction(planning, action, custom);
  const planner = planners.get(action);
  if (planner !== undefined) return (await planner(planning, action)) ?? undefined;
  for (const table of unplanned.get(action) ?? ['_Unknown']) {
    const rows = await planning.product.rows(table);
    if (rows.length === 0 && unplanned.has(action)) continue;
    const reason = unplanned.has(action)
      ? `only Windows itself does what the table ${table} asks for`
      : 'no standard action has this name, nor has a custom action';
    planning.draft.skipped.push({ action, reason, vital: false });
    break;
  }
  return undefined;
}

/** @throws HoldfastError `msi.invalid`, `msi.limit` */
export async function walkSequence(planning: Planning, table: string): Promise<Refusal | undefined> {
  const { product, scene } = planning;
  const customs = byId('CustomAction', 'Action', await product.rows('CustomAction'), customRow);
  for (const { action, condition } of stepsOf(await product.rows(table))) {
    // Where a package leaves it out, components are settled as soon as somebody asks for them.
    if (action === 'InstallValidate') {
      const refusal = costFinalize(planning);
      if (refusal) return refusal;
    }
    if (!scene.holds(condition)) continue;
    const refusal = await planAction(planning, action, customs);
    if (refusal) return refusal;
  }
  return undefined;
}
