/** DuplicateFiles, RemoveDuplicateFiles and MoveFiles. Sources: "DuplicateFile Table", "MoveFile Table". */
import type { Cells } from '../../product/rows.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';
import { fitsWildcards } from '../wildcards.ts';

/** MoveFile.Options: moved instead of copied. */
const moves = 1;

function folderOf({ scene }: Planning, property: string | undefined, otherwise: string): string {
  const folder = property === undefined ? otherwise : (scene.property(property) ?? '');
  return folder === '' || folder.endsWith('\\') ? folder : `${folder}\\`;
}

function longName(stored: string | undefined): string | undefined {
  return stored?.split('|').at(-1);
}

/** Where the copy of a product's file goes; undefined where the folder is not known. */
function copyOf(
  planning: Planning,
  row: Cells,
): { readonly file: string; readonly path: string } | undefined {
  const file = row.text('File_');
  const original = planning.scene.files.get(file) ?? '';
  const at = original.lastIndexOf('\\') + 1;
  const folder = folderOf(planning, row.optionalText('DestFolder'), original.slice(0, at));
  const path = `${folder}${longName(row.optionalText('DestName')) ?? original.slice(at)}`;
  return folder === '' || path.toLowerCase() === original.toLowerCase() ? undefined : { file, path };
}

export async function duplicateFiles(planning: Planning, action: string): Promise<void> {
  const { draft, product, productCode, decisions } = planning;
  for (const row of await rowsOf(planning, 'DuplicateFile', 'FileKey')) {
    const plan = componentOf(planning, row, 'local');
    const copy = plan && copyOf(planning, row);
    const size = product.files.get(copy?.file ?? '')?.size;
    if (!plan || !copy || size === undefined) continue;
    const isThere = (await draft.files.stat(copy.path)) !== undefined;
    if (isThere && decisions.get(copy.file)?.do === 'keep') continue;
    const bytes = { from: 'package', product: productCode, file: copy.file } as const;
    await draft.place({ path: copy.path, bytes, size }, because(action, plan, `a copy of ${copy.file}`));
  }
}

export async function removeDuplicateFiles(planning: Planning, action: string): Promise<void> {
  for (const row of await rowsOf(planning, 'DuplicateFile', 'FileKey')) {
    const plan = componentOf(planning, row, 'absent');
    const copy = plan && copyOf(planning, row);
    if (plan && copy) await planning.draft.remove(copy.path, because(action, plan));
  }
}

async function moveRow(planning: Planning, action: string, row: Cells, plan: ComponentPlan): Promise<void> {
  const { draft } = planning;
  const source = planning.scene.property(row.optionalText('SourceFolder') ?? '') ?? '';
  const name = row.optionalText('SourceName');
  const target = folderOf(planning, row.text('DestFolder'), '');
  // Without a name the property is the path of one file.
  const from =
    name === undefined
      ? source.slice(0, source.lastIndexOf('\\') + 1)
      : folderOf(planning, row.optionalText('SourceFolder'), '');
  const wanted = name ?? source.slice(from.length);
  if (from === '' || target === '') return;
  for (const found of await draft.files.names(from)) {
    const entry = fitsWildcards(wanted, found) ? await draft.files.stat(`${from}${found}`) : undefined;
    if (entry?.kind !== 'file') continue;
    const stored = entry.path.split('\\').at(-1) ?? found;
    const newName = /[*?]/.test(name ?? '') ? stored : (longName(row.optionalText('DestName')) ?? stored);
    const path = `${target}${newName}`;
    if (path.toLowerCase() === entry.path.toLowerCase()) continue;
    const bytes = { from: 'machine', path: entry.path } as const;
    await draft.place(
      { path, bytes, size: entry.size },
      because(action, plan, `row ${row.key} of the MoveFile table`),
    );
    if ((row.number('Options') & moves) !== 0)
      await draft.remove(entry.path, because(action, plan, `moved to ${path}`));
  }
}

export async function moveFiles(planning: Planning, action: string): Promise<void> {
  for (const row of await rowsOf(planning, 'MoveFile', 'FileKey')) {
    const plan = componentOf(planning, row, 'local');
    if (plan) await moveRow(planning, action, row, plan);
  }
}
