/** RemoveFiles: files of components that go, rows of the RemoveFile table, and folders that are empty then. */
import type { Component } from '../../product/model.ts';
import { tooMuch } from '../../product/rows.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';
import { standardFolderNames } from '../folders.ts';
import { fitsWildcards } from '../wildcards.ts';

const duringInstall = 1;
const duringRemoval = 2;

/** Names that are looked at for rows with wildcards. */
const mostLooked = 1 << 20;

type Rule = { readonly plan: ComponentPlan; readonly folder: string; readonly name: string | undefined };

async function rulesOf(planning: Planning): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  for (const row of await rowsOf(planning, 'RemoveFile', 'FileKey')) {
    const mode = row.number('InstallMode');
    const plan =
      ((mode & duringInstall) !== 0 ? componentOf(planning, row, 'local') : undefined) ??
      ((mode & duringRemoval) !== 0 ? componentOf(planning, row, 'absent') : undefined);
    const folder = planning.scene.property(row.text('DirProperty'));
    if (!plan || folder === undefined) continue;
    const stored = row.optionalText('FileName');
    const name = stored?.slice(stored.indexOf('|') + 1);
    rules.push({ plan, folder: folder.endsWith('\\') ? folder : `${folder}\\`, name });
  }
  return rules;
}

async function removeByRules(planning: Planning, action: string, rules: readonly Rule[]): Promise<void> {
  const { draft, host } = planning;
  let looked = 0;
  for (const { plan, folder, name } of rules) {
    if (name === undefined || !host.files.covers(folder)) continue;
    const why = because(action, plan, 'the RemoveFile table asks for it');
    if (!/[*?]/.test(name)) {
      await draft.remove(`${folder}${name}`, why);
      continue;
    }
    const names = await draft.files.names(folder);
    looked += names.size;
    if (looked > mostLooked) throw tooMuch('RemoveFile', name, 'it looks at too many files');
    for (const one of names) if (fitsWildcards(name, one)) await draft.remove(`${folder}${one}`, why);
  }
}

/** Folders of a component up to, and without, the first that is not the product's own. */
function ownFolders({ product, scene }: Planning, { directory }: Component): readonly string[] {
  const paths: string[] = [];
  for (
    let at = product.directories.get(directory);
    at?.parent !== undefined;
    at = product.directories.get(at.parent)
  ) {
    if (standardFolderNames.has(at.id)) break;
    const path = scene.directories.get(at.id);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

export async function removeFiles(planning: Planning, action: string): Promise<void> {
  const { components, draft, product, scene } = planning;
  const rules = await rulesOf(planning);
  for (const { id, component, size, version } of product.files.values()) {
    const plan = components.get(component);
    const path = scene.files.get(id) ?? '';
    if (plan?.action !== 'absent' && plan?.action !== 'unregister') continue;
    const packaged = { size, ...(version === undefined ? {} : { version }) };
    const stays = plan.action === 'unregister';
    if (!stays && !(await draft.remove(path, because(action, plan)))) continue;
    draft.decisions.push({
      file: id,
      component,
      path,
      do: stays ? 'leave' : 'remove',
      rule: 'not-installed',
      reason: plan.why,
      packaged,
    });
  }
  await removeByRules(planning, action, rules);
  const folders = new Map<string, ComponentPlan>();
  for (const { plan, folder, name } of rules) if (name === undefined) folders.set(folder, plan);
  await removeOwnFolders(planning, action, folders);
}

/** Removes folders of components that go, the deepest first, where nothing is left in them; `more` are others. */
export async function removeOwnFolders(
  planning: Planning,
  action: string,
  more: ReadonlyMap<string, ComponentPlan> = new Map(),
): Promise<void> {
  const folders = new Map(more);
  for (const plan of planning.components.values()) {
    if (plan.action !== 'absent') continue;
    for (const path of ownFolders(planning, plan.component)) folders.set(path, plan);
  }
  for (const [path, plan] of [...folders].sort(([one], [other]) => other.length - one.length)) {
    await planning.draft.removeFolder(path, because(action, plan, 'nothing is left in it'));
  }
}
