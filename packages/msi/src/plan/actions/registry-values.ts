/** WriteRegistryValues and RemoveRegistryValues: rows of the Registry and RemoveRegistry tables. */
import type { RegistryRow } from '../../product/model.ts';
import type { RegistryPlace } from '../../root/registry.ts';
import {
  because,
  type ComponentPlan,
  componentOf,
  type Planning,
  registryPlace,
  rewrites,
  rowsOf,
} from '../context.ts';
import { valueBeside, writtenValue } from '../registry-data.ts';

const roots = new Map<number, RegistryRow['root']>([
  [-1, 'HKMU'],
  [0, 'HKCR'],
  [1, 'HKCU'],
  [2, 'HKLM'],
  [3, 'HKU'],
]);

function placeOf(
  planning: Planning,
  { root, key }: Pick<RegistryRow, 'root' | 'key'>,
  plan: ComponentPlan,
): RegistryPlace {
  return registryPlace(planning, root, planning.scene.format(key), plan.component);
}

/** Names that are marks for the key, where the row has no value: "Registry Table", Name. */
function markOf({ name, value }: RegistryRow): '*' | '+' | '-' | undefined {
  return value === undefined && (name === '*' || name === '+' || name === '-') ? name : undefined;
}

function write(planning: Planning, action: string, row: RegistryRow, plan: ComponentPlan): void {
  const { draft, scene } = planning;
  const place = placeOf(planning, row, plan);
  const mark = markOf(row);
  const why = because(action, plan, `row ${row.id} of the Registry table`);
  if (mark === '-') return;
  if (mark !== undefined) {
    if (!draft.registry.has(place)) draft.change({ kind: 'create-key', place }, why);
    return;
  }
  const name = scene.format(row.name ?? '');
  const written = writtenValue(scene.format(row.value ?? ''));
  draft.set(place, name, valueBeside(written, draft.registry.value(place, name)), why);
}

const neverOverwrite = 128;

/** Components that never overwrite, and whose key value is there. */
function keptComponents(planning: Planning): ReadonlySet<string> {
  const { product, components, draft, scene } = planning;
  const kept = new Set<string>();
  for (const row of product.registry) {
    const plan = components.get(row.component);
    if (plan === undefined || (plan.component.attributes & neverOverwrite) === 0) continue;
    const { keyPath } = plan.component;
    if (keyPath.kind !== 'registry' || keyPath.value !== row.id) continue;
    const existing = draft.registry.value(placeOf(planning, row, plan), scene.format(row.name ?? ''));
    if (existing !== undefined) kept.add(row.component);
  }
  return kept;
}

export function writeRegistryValues(planning: Planning, action: string): void {
  const { product, components } = planning;
  const kept = keptComponents(planning);
  for (const row of product.registry) {
    const plan = components.get(row.component);
    if (plan?.action !== 'local' || kept.has(row.component)) continue;
    const { hive } = placeOf(planning, row, plan);
    if (rewrites(planning, plan, hive === 'HKLM' || hive === 'HKCR' ? 'm' : 'u'))
      write(planning, action, row, plan);
  }
}

function take(planning: Planning, action: string, row: RegistryRow, plan: ComponentPlan): void {
  const { draft, scene } = planning;
  const place = placeOf(planning, row, plan);
  const mark = markOf(row);
  const why = because(action, plan);
  if (mark === '-' || mark === '*') {
    draft.removeTree(place, why);
    return;
  }
  if (mark === '+') return;
  const name = scene.format(row.name ?? '');
  const written = writtenValue(scene.format(row.value ?? ''));
  const existing = draft.registry.value(place, name);
  if (written.kind === 'add' && existing?.kind === 'texts') {
    const texts = existing.texts.filter((one) => !written.texts.includes(one));
    if (texts.length > 0) {
      draft.set(place, name, { kind: 'texts', texts }, why);
      return;
    }
  }
  draft.clear(place, name, why);
}

export async function removeRegistryValues(planning: Planning, action: string): Promise<void> {
  const { product, components, draft, scene } = planning;
  for (const row of product.registry) {
    const plan = components.get(row.component);
    if (plan?.action === 'absent') take(planning, action, row, plan);
  }
  // This table removes while its component is installed.
  for (const row of await rowsOf(planning, 'RemoveRegistry', 'RemoveRegistry')) {
    const plan = componentOf(planning, row, 'local');
    const root = roots.get(row.number('Root'));
    if (!plan || root === undefined) continue;
    const place = placeOf(planning, { root, key: row.text('Key') }, plan);
    const name = row.optionalText('Name');
    const why = because(action, plan, `row ${row.key} of the RemoveRegistry table`);
    if (name === '-') draft.removeTree(place, why);
    else draft.clear(place, scene.format(name ?? ''), why);
  }
}
