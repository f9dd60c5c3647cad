/** InstallServices, StartServices, StopServices, DeleteServices. Sources: "ServiceInstall Table", "ServiceControl Table". */
import { isDeepStrictEqual } from 'node:util';
import type { ServiceConfiguration } from '../../host/model.ts';
import type { Cells } from '../../product/rows.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';

/** Bits of ServiceControl.Event: while the component is installed, and while it is removed. */
const events = { start: [0x1, 0x10], stop: [0x2, 0x20], delete: [0x8, 0x80] } as const;

type Control = { readonly name: string; readonly plan: ComponentPlan; readonly row: Cells };

async function controls(
  planning: Planning,
  [installs, removes]: readonly [number, number],
): Promise<readonly Control[]> {
  const found: Control[] = [];
  for (const row of await rowsOf(planning, 'ServiceControl', 'ServiceControl')) {
    const event = row.number('Event');
    const plan =
      ((event & installs) !== 0 ? componentOf(planning, row, 'local') : undefined) ??
      ((event & removes) !== 0 ? componentOf(planning, row, 'absent') : undefined);
    if (plan) found.push({ name: planning.scene.format(row.text('Name')), plan, row });
  }
  return found;
}

/** As it will be, after what was planned so far. */
async function serviceNow(
  { draft, host }: Planning,
  name: string,
): Promise<ServiceConfiguration | undefined> {
  const key = name.toLowerCase();
  return draft.services.has(key) ? draft.services.get(key) : (await host.services.get(name))?.configuration;
}

function listed(formatted: string): readonly string[] {
  return formatted.split('\0').filter((one) => one !== '');
}

/** Without Wait nobody is told whether it succeeded. */
function isVital(row: Cells): boolean {
  return row.optionalNumber('Wait') !== 0;
}

export async function stopServices(planning: Planning, action: string): Promise<void> {
  for (const { name, plan, row } of await controls(planning, events.stop)) {
    if ((await serviceNow(planning, name)) === undefined) continue;
    planning.draft.add({ kind: 'stop-service', name, vital: isVital(row) }, because(action, plan));
  }
}

export async function deleteServices(planning: Planning, action: string): Promise<void> {
  for (const { name, plan, row } of await controls(planning, events.delete)) {
    if ((await serviceNow(planning, name)) === undefined) continue;
    planning.draft.services.set(name.toLowerCase(), undefined);
    planning.draft.add({ kind: 'remove-service', name, vital: isVital(row) }, because(action, plan));
  }
}

export async function startServices(planning: Planning, action: string): Promise<void> {
  for (const { name, plan, row } of await controls(planning, events.start)) {
    const words = listed(planning.scene.format(row.optionalText('Arguments') ?? ''));
    planning.draft.add({ kind: 'start-service', name, vital: isVital(row), words }, because(action, plan));
  }
}

/** The program is the component's key file. */
function configurationOf(
  { scene }: Planning,
  row: Cells,
  { component }: ComponentPlan,
): ServiceConfiguration {
  const format = (column: string): string => scene.format(row.optionalText(column) ?? '');
  const path = component.keyPath.kind === 'file' ? (scene.files.get(component.keyPath.file) ?? '') : '';
  const quoted = path.includes(' ') ? `"${path}"` : path;
  const words = format('Arguments');
  const vitalBit = 0x8000;
  return {
    name: format('Name'),
    displayName: format('DisplayName') || format('Name'),
    type: row.number('ServiceType'),
    start: row.number('StartType'),
    errorControl: row.number('ErrorControl') & ~vitalBit,
    binaryPath: words === '' ? quoted : `${quoted} ${words}`,
    loadOrderGroup: format('LoadOrderGroup'),
    dependencies: listed(format('Dependencies')),
    account: format('StartName'),
    description: format('Description'),
  };
}

export async function installServices(planning: Planning, action: string): Promise<void> {
  for (const row of await rowsOf(planning, 'ServiceInstall', 'ServiceInstall')) {
    const plan = componentOf(planning, row, 'local');
    if (!plan) continue;
    const configuration = configurationOf(planning, row, plan);
    if (isDeepStrictEqual(await serviceNow(planning, configuration.name), configuration)) continue;
    planning.draft.services.set(configuration.name.toLowerCase(), configuration);
    planning.draft.add({ kind: 'put-service', configuration }, because(action, plan));
  }
}
