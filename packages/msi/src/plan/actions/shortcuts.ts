/** CreateShortcuts and RemoveShortcuts: rows of the Shortcut table. */
import { windowsName } from '../../evaluate/directories.ts';
import { fileNameOf } from '../../product/names.ts';
import type { Cells } from '../../product/rows.ts';
import { iconFolder } from '../cached-package.ts';
import { because, type ComponentPlan, componentOf, type Planning, rewrites, rowsOf } from '../context.ts';
import { standardFolderNames } from '../folders.ts';
import { parentFolder } from '../planned-files.ts';
import { shellLink } from '../shell-link.ts';

function pathOf({ scene }: Planning, row: Cells): string {
  const name = windowsName('Shortcut', row.key, fileNameOf(row.text('Name')), false);
  const withEnding = /\.(?:lnk|url)$/i.test(name) ? name : `${name}.lnk`;
  return `${scene.directories.get(row.text('Directory_')) ?? ''}${withEnding}`;
}

/** A feature as the target makes an advertised shortcut: its file is the component's key file. */
function targetOf({ scene, product }: Planning, row: Cells, { component }: ComponentPlan): string {
  const target = row.text('Target');
  if (!product.features.has(target)) return scene.format(target);
  const { keyPath } = component;
  return keyPath.kind === 'file' ? (scene.files.get(keyPath.file) ?? '') : '';
}

async function write(planning: Planning, action: string, row: Cells, plan: ComponentPlan): Promise<void> {
  const { draft, scene, host } = planning;
  const path = pathOf(planning, row);
  const target = targetOf(planning, row, plan);
  const icon = row.optionalText('Icon_');
  const folder = row.optionalText('WkDir');
  const bytes = shellLink({
    target: target.replace(/\\$/, ''),
    isFolder: target.endsWith('\\') || (await draft.files.stat(target))?.kind === 'folder',
    description:
      scene
        .format(row.optionalText('Description') ?? '')
        .split('|')
        .at(-1) ?? '',
    arguments: scene.format(row.optionalText('Arguments') ?? ''),
    workingFolder: folder === undefined ? '' : (scene.property(folder) ?? ''),
    icon:
      icon === undefined
        ? undefined
        : { path: `${iconFolder(planning)}${icon}`, index: row.number('IconIndex') },
    hotKey: row.number('Hotkey'),
    show: row.number('ShowCmd', 1),
  });
  const existing = await draft.files.stat(path);
  if (existing?.size === bytes.length && !draft.files.isPlaced(path)) {
    const there = await host.files.read(path, (content) => content.read(0, bytes.length));
    if (there !== undefined && Buffer.compare(there, bytes) === 0) return;
  }
  await draft.place(
    { path, bytes: { from: 'memory', base64: bytes.toString('base64') }, size: bytes.length },
    because(action, plan, `shortcut to ${target}`),
  );
}

export async function createShortcuts(planning: Planning, action: string): Promise<void> {
  for (const row of await rowsOf(planning, 'Shortcut', 'Shortcut')) {
    const plan = componentOf(planning, row, 'local');
    if (plan && rewrites(planning, plan, 's')) await write(planning, action, row, plan);
  }
}

export async function removeShortcuts(planning: Planning, action: string): Promise<void> {
  const folders = new Map<string, ComponentPlan>();
  for (const row of await rowsOf(planning, 'Shortcut', 'Shortcut')) {
    const plan = componentOf(planning, row, 'absent');
    if (!plan) continue;
    const path = pathOf(planning, row);
    if (await planning.draft.remove(path, because(action, plan))) folders.set(parentFolder(path), plan);
  }
  const own = new Set(
    [...planning.scene.directories].flatMap(([id, path]) =>
      planning.product.directories.get(id)?.target === undefined || standardFolderNames.has(id)
        ? []
        : [path.replace(/\\$/, '').toLowerCase()],
    ),
  );
  for (const [start, plan] of [...folders].sort(([one], [other]) => other.length - one.length)) {
    for (let path = start; own.has(path.toLowerCase()); path = parentFolder(path)) {
      if (!(await planning.draft.removeFolder(path, because(action, plan, 'nothing is left in it')))) break;
    }
  }
}
