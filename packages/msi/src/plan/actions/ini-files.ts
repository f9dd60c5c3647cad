/** WriteIniValues and RemoveIniValues: rows of the IniFile and RemoveIniFile tables. */
import { type Cells, tooMuch } from '../../product/rows.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';
import { iniBytes, iniText, iniValue, withIniValue, withoutIniValue } from '../ini.ts';

/** IniFile.Action; RemoveIniFile has others: 2 takes a line, 4 a tag of it. */
const actions = { write: 0, writeNew: 1, removeLine: 2, addTag: 3, removeTag: 4 } as const;

type Line = {
  readonly path: string;
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly action: number;
};

function lineOf({ scene }: Planning, row: Cells): Line {
  const name = row.text('FileName').split('|').at(-1) ?? '';
  const folder = scene.property(row.optionalText('DirProperty') ?? 'WindowsFolder') ?? '';
  return {
    path: `${folder}${folder.endsWith('\\') ? '' : '\\'}${name}`,
    section: scene.format(row.text('Section')),
    key: scene.format(row.text('Key')),
    value: scene.format(row.optionalText('Value') ?? ''),
    action: row.number('Action'),
  };
}

function tagsOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

function withLine(text: string, { section, key, value, action }: Line): string {
  const existing = iniValue(text, section, key);
  if (action === actions.writeNew && existing !== undefined) return text;
  if (action !== actions.addTag) return withIniValue(text, section, key, value);
  const tags = tagsOf(existing);
  return tags.includes(value) ? text : withIniValue(text, section, key, [...tags, value].join(','));
}

function withoutLine(text: string, { section, key, value, action }: Line): string {
  if (action !== actions.addTag && action !== actions.removeTag) return withoutIniValue(text, section, key);
  const rest = tagsOf(iniValue(text, section, key)).filter((tag) => tag !== value);
  return rest.length === 0
    ? withoutIniValue(text, section, key)
    : withIniValue(text, section, key, rest.join(','));
}

/** Lines that are changed in one file. */
const mostEdits = 5000;

type Change = (text: string, line: Line) => string;
type Edit = { readonly line: Line; readonly plan: ComponentPlan; readonly change: Change };

/** All edits of one file make one new file; an empty one goes. */
async function editFile(planning: Planning, action: string, edits: readonly Edit[]): Promise<void> {
  const { draft } = planning;
  const { texts } = draft;
  const [first] = edits;
  if (first === undefined) return;
  const { path } = first.line;
  if (edits.length > mostEdits) throw tooMuch('IniFile', path, `${edits.length} lines of one file change`);
  const isEdited = texts.has(path.toLowerCase());
  if (draft.files.isPlaced(path) && !isEdited) {
    draft.skipped.push({
      action,
      reason: `${path} comes with the package: its lines are not edited`,
      vital: false,
    });
    return;
  }
  const before = (await iniText(planning, path)) ?? '';
  const after = edits.reduce((text, { line, change }) => change(text, line), before);
  if (after === before) return;
  const names = edits.map(({ line }) => `[${line.section}] ${line.key}`).join(', ');
  const why = because(action, first.plan, names);
  texts.set(path.toLowerCase(), after);
  if (after === '' && !isEdited) {
    await draft.remove(path, why);
    return;
  }
  const bytes = iniBytes(after);
  await draft.place(
    { path, bytes: { from: 'memory', base64: bytes.toString('base64') }, size: bytes.length },
    why,
  );
}

async function editsOf(
  planning: Planning,
  table: string,
  state: 'local' | 'absent',
  change: Change,
): Promise<readonly Edit[]> {
  return (await rowsOf(planning, table, table)).flatMap((row) => {
    const plan = componentOf(planning, row, state);
    return plan === undefined ? [] : [{ line: lineOf(planning, row), plan, change }];
  });
}

async function editFiles(planning: Planning, action: string, edits: readonly Edit[]): Promise<void> {
  const byFile = Map.groupBy(edits, ({ line }) => line.path.toLowerCase());
  for (const group of byFile.values()) await editFile(planning, action, group);
}

export async function writeIniValues(planning: Planning, action: string): Promise<void> {
  await editFiles(planning, action, await editsOf(planning, 'IniFile', 'local', withLine));
}

/** Rows of RemoveIniFile are removed while their component is installed. */
export async function removeIniValues(planning: Planning, action: string): Promise<void> {
  await editFiles(planning, action, [
    ...(await editsOf(planning, 'IniFile', 'absent', withoutLine)),
    ...(await editsOf(planning, 'RemoveIniFile', 'local', withoutLine)),
  ]);
}
