/** Custom actions: settings are done, programs are planned where this machine runs them, and the rest is said. */
import { customTypes, setDirectory } from '../evaluate/sequence.ts';
import type { Cells } from '../product/rows.ts';
import type { Planning } from './context.ts';
import type { CustomAction, Refusal } from './model.ts';

export type CustomRow = { readonly type: number; readonly source: string; readonly target: string };

export function customRow(_: string, cells: Cells): CustomRow {
  return {
    type: cells.number('Type'),
    source: cells.optionalText('Source') ?? '',
    target: cells.optionalText('Target') ?? '',
  };
}

/** Of CustomAction.Type, "Custom Action Return Processing Options" and "In-Script Execution Options". */
const bits = { continues: 0x40, async: 0x80, rollback: 0x100, commit: 0x200, inScript: 0x400 } as const;
const failed = 1603;

const kinds: ReadonlyMap<number, string> = new Map([
  [1, 'a library of the package'],
  [17, 'an installed library'],
  [5, 'JScript'],
  [21, 'JScript'],
  [37, 'JScript'],
  [53, 'JScript'],
  [6, 'VBScript'],
  [22, 'VBScript'],
  [38, 'VBScript'],
  [54, 'VBScript'],
  [7, 'another installation'],
  [23, 'another installation'],
  [39, 'another installation'],
]);

function whenOf(type: number): CustomAction['when'] {
  if ((type & bits.inScript) === 0) return 'immediate';
  if ((type & bits.rollback) !== 0) return 'rollback';
  return (type & bits.commit) !== 0 ? 'commit' : 'deferred';
}

type Program = { readonly program: string; readonly arguments: string; readonly folder: string | undefined };

/** Programs that lie on the machine: a file of the product (18), a directory (34), a property (50). */
function programOf({ scene }: Planning, kind: number, { source, target }: CustomRow): Program | undefined {
  const line = scene.format(target);
  if (kind === 18) return { program: scene.files.get(source) ?? '', arguments: line, folder: undefined };
  if (kind === 50) return { program: scene.property(source) ?? '', arguments: line, folder: undefined };
  if (kind !== 34) return undefined;
  const [, quoted, plain = '', rest = ''] = /^\s*(?:"([^"]*)"|(\S*))\s*([\s\S]*)$/.exec(line) ?? [];
  return { program: quoted ?? plain, arguments: rest, folder: scene.directories.get(source) };
}

function run(planning: Planning, id: string, row: CustomRow, program: Program): void {
  const customAction: CustomAction = {
    id,
    type: row.type,
    when: whenOf(row.type),
    vital: (row.type & bits.continues) === 0,
    ...program,
  };
  const reason = `custom action of type ${row.type}, ${customAction.when}`;
  planning.draft.add({ kind: 'run-program', customAction }, { action: id, reason });
}

/**
 * Immediate settings (35, 51) are done, an error (19) ends the installation. Programs on the machine (18, 34, 50) are
 * planned; libraries, scripts and nested installations need Windows itself and are passed over, each with its reason.
 */
export async function planCustomAction(
  planning: Planning,
  id: string,
  row: CustomRow,
): Promise<Refusal | undefined> {
  const { scene, draft } = planning;
  const kind = row.type & customTypes.kind;
  const isLater = (row.type & bits.inScript) !== 0;
  // What a deferred action is told by a property of its name, its own planner reads when it runs.
  if (kind === customTypes.setProperty && !isLater) scene.setProperty(row.source, scene.format(row.target));
  else if (kind === customTypes.setDirectory && !isLater)
    setDirectory(scene, id, row.source, scene.format(row.target));
  else if (kind === 19) return { exitCode: failed, message: scene.format(row.target) };
  else {
    const program = programOf(planning, kind, row);
    if (program !== undefined) run(planning, id, row, program);
    else {
      const what = kinds.get(kind) ?? (kind === 2 ? 'a program of the package' : `type ${row.type}`);
      const reason = `${what} runs only inside Windows Installer itself`;
      draft.skipped.push({ action: id, reason, vital: (row.type & bits.continues) === 0 });
    }
  }
  return undefined;
}
