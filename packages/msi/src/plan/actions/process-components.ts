/** ProcessComponents: who has which component, where its key path is, and how often shared files are used. */
import type { Component, RegistryRow } from '../../product/model.ts';
import { permanentClient } from '../../root/installer-keys.ts';
import { because, type ComponentPlan, type Planning } from '../context.ts';
import { sharedCount, sharedPlace } from '../shared-files.ts';

const roots = { HKMU: '-1', HKCR: '00', HKCU: '01', HKLM: '02', HKU: '03' } as const;
const permanent = 16;

/** As the registry records it: a path, or `02:\key\value` with the number of the root. */
function keyPathText(
  { scene }: Planning,
  { keyPath }: Component,
  rows: ReadonlyMap<string, RegistryRow>,
): string {
  switch (keyPath.kind) {
    case 'file':
      return scene.files.get(keyPath.file) ?? '';
    case 'directory':
      return scene.directories.get(keyPath.directory) ?? '';
    case 'odbc':
      return keyPath.source;
    case 'registry': {
      const row = rows.get(keyPath.value);
      if (row === undefined) return '';
      return `${roots[row.root]}:\\${scene.format(row.key)}\\${scene.format(row.name ?? '')}`;
    }
  }
}

function countShared({ draft, scene }: Planning, action: string, plan: ComponentPlan): void {
  const { component } = plan;
  if (component.keyPath.kind !== 'file' || plan.again) return;
  const path = scene.files.get(component.keyPath.file) ?? '';
  const count = sharedCount(draft.registry, path, component);
  if (count === undefined) return;
  const place = sharedPlace(component);
  const next = plan.action === 'local' ? count + 1 : count - 1;
  const why = because(action, plan, `the file is used by ${Math.max(0, next)} products then`);
  if (next > 0) draft.set(place, path, { kind: 'number', number: next }, why);
  // The key itself is part of Windows.
  else if (count > 0) draft.change({ kind: 'remove-value', place, name: path }, why);
}

export function processComponents(planning: Planning, action: string): void {
  const { components, draft, keys, product } = planning;
  const rows = new Map(product.registry.map((row) => [row.id, row]));
  for (const plan of components.values()) {
    const { component } = plan;
    const place = component.componentId === undefined ? undefined : keys.component(component.componentId);
    if (plan.action === undefined || place === undefined) continue;
    countShared(planning, action, plan);
    if (plan.action === 'local') {
      const data = { kind: 'text', text: keyPathText(planning, component, rows) } as const;
      const why = because(action, plan, 'where its key path is');
      draft.set(place, keys.packed, data, why);
      if ((component.attributes & permanent) !== 0) draft.set(place, permanentClient, data, why);
      continue;
    }
    const clients = draft.registry.values(place) ?? [];
    const isLast = clients.every(({ name }) => name.toUpperCase() === keys.packed);
    const why = because(action, plan);
    if (isLast) draft.removeKey(place, why);
    else draft.clear(place, keys.packed, why);
  }
}
