/** Registers and unregisters classes, names of programs, file types, types of content and type libraries. */

import type { RegistryData } from '../../root/data.ts';
import {
  appIdRows,
  type ClassRow,
  classRows,
  extensionRows,
  mimeRows,
  progIdRows,
  typeLibraryRows,
} from '../class-values.ts';
import { because, type Planning, registryPlace, rewrites } from '../context.ts';

type Rows = (planning: Planning) => Promise<readonly ClassRow[]>;

async function register(planning: Planning, action: string, rows: Rows): Promise<void> {
  for (const { plan, row, values } of await rows(planning)) {
    if (plan.action !== 'local' || !rewrites(planning, plan, 'm')) continue;
    for (const { key, name, text, isList = false } of values) {
      const place = registryPlace(planning, 'HKCR', key, plan.component);
      const data: RegistryData = isList ? { kind: 'texts', texts: [text] } : { kind: 'text', text };
      planning.draft.set(place, name, data, because(action, plan, `row ${row}`));
    }
  }
}

async function unregister(planning: Planning, action: string, rows: Rows): Promise<void> {
  const { draft } = planning;
  for (const { plan, values, own } of await rows(planning)) {
    if (plan.action !== 'absent') continue;
    const why = because(action, plan);
    for (const key of own) draft.removeTree(registryPlace(planning, 'HKCR', key, plan.component), why);
    for (const { key, name } of values)
      draft.clear(registryPlace(planning, 'HKCR', key, plan.component), name, why);
  }
}

async function classesAndApplications(planning: Planning): Promise<readonly ClassRow[]> {
  return [...(await classRows(planning)), ...(await appIdRows(planning))];
}

const kinds: readonly (readonly [registers: string, unregisters: string, rows: Rows])[] = [
  ['RegisterClassInfo', 'UnregisterClassInfo', classesAndApplications],
  ['RegisterProgIdInfo', 'UnregisterProgIdInfo', progIdRows],
  ['RegisterExtensionInfo', 'UnregisterExtensionInfo', extensionRows],
  ['RegisterMIMEInfo', 'UnregisterMIMEInfo', mimeRows],
  ['RegisterTypeLibraries', 'UnregisterTypeLibraries', typeLibraryRows],
];

type Register = (planning: Planning, action: string) => Promise<void>;

export const classActions: readonly (readonly [string, Register])[] = kinds.flatMap(
  ([registers, unregisters, rows]): readonly (readonly [string, Register])[] => [
    [registers, (planning, action) => register(planning, action, rows)],
    [unregisters, (planning, action) => unregister(planning, action, rows)],
  ],
);
