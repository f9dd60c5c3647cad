/** The part of an installation's sequence that only thinks: properties, launch conditions, costing. */
import type { Product, TypedRow } from '../product/model.ts';
import { badRow, byId, type Cells, cellsOf, tooMuch } from '../product/rows.ts';
import { componentStates } from './components.ts';
import { resolveDirectories } from './directories.ts';
import { featureStates } from './features.ts';
import type { LaunchCondition } from './model.ts';
import type { Scene } from './scene.ts';

/** Actions of the sequence, and launch conditions, that are gone through. */
const mostActions = 2000;
/** Directories that are resolved anew because one was moved. */
const mostMoves = 1 << 18;

/** Of CustomAction.Type: the kind, and what says that the action runs later, in a script. */
export const customTypes = { kind: 0x3f, inScript: 0x400, setDirectory: 35, setProperty: 51 } as const;

type CustomAction = { readonly type: number; readonly source: string; readonly target: string };

export type Step = { readonly action: string; readonly condition: string; readonly sequence: number };

const sequences = new WeakMap<readonly TypedRow[], readonly Step[]>();

/** Steps of an execute sequence, in their order; the rows of a table are put in order once. */
export function stepsOf(rows: readonly TypedRow[]): readonly Step[] {
  const steps = sequences.get(rows) ?? inOrder(rows);
  sequences.set(rows, steps);
  return steps;
}

function inOrder(rows: readonly TypedRow[]): readonly Step[] {
  const steps = rows.map((row): Step => {
    const cells = cellsOf('InstallExecuteSequence', 'Action', row);
    return {
      action: cells.text('Action'),
      condition: cells.optionalText('Condition') ?? '',
      // Without a number, and below 1, an action is not part of the sequence.
      sequence: cells.number('Sequence'),
    };
  });
  if (steps.length > mostActions) throw tooMuch('InstallExecuteSequence', '', `${steps.length} actions`);
  return steps.filter((one) => one.sequence > 0).sort((one, other) => one.sequence - other.sequence);
}

function customActionOf(_: string, cells: Cells): CustomAction {
  return {
    type: cells.number('Type'),
    source: cells.optionalText('Source') ?? '',
    target: cells.optionalText('Target') ?? '',
  };
}

/** Features, components and directories: what CostFinalize settles. Answers names of features that do not exist. */
function finalizeCosts(scene: Scene): readonly string[] {
  const { product, property } = scene;
  for (const [id, path] of resolveDirectories({ product, property })) {
    scene.directories.set(id, path);
    scene.setProperty(id, path);
  }
  scene.placeFiles();
  const { states, unknown } = featureStates({ product, property, holds: scene.holds });
  for (const [id, state] of states) scene.features.set(id, state);
  for (const [id, state] of componentStates(product, states, scene.holds)) scene.components.set(id, state);
  return unknown;
}

/** Ids of a directory and of all that lie below it. */
function withBelow({ directories }: Product, id: string): ReadonlySet<string> {
  const below = new Map<string, boolean>([[id, true]]);
  for (const directory of directories.values()) {
    const branch: string[] = [];
    let at: string | undefined = directory.id;
    while (at !== undefined && !below.has(at)) {
      branch.push(at);
      at = directories.get(at)?.parent;
    }
    const moved = at !== undefined && below.get(at) === true;
    for (const one of branch) below.set(one, moved);
  }
  return new Set([...below].flatMap(([one, moved]) => (moved ? [one] : [])));
}

/**
 * Moves a directory, and what lies below it, after the costs are known; before, it is a property like others. Answers
 * how many directories it had to look at.
 */
export function setDirectory(scene: Scene, key: string, id: string, path: string): number {
  const { product } = scene;
  if (!product.directories.has(id)) {
    throw badRow('CustomAction', key, `the directory ${JSON.stringify(id)} does not exist`);
  }
  scene.setProperty(id, path);
  if (scene.directories.size === 0) return 0;
  const moved = withBelow(product, id);
  const settled = new Map([...scene.directories].filter(([one]) => !moved.has(one)));
  const property = (name: string) => (name === id || !moved.has(name) ? scene.property(name) : undefined);
  const resolved = resolveDirectories({ product, property, settled });
  for (const one of moved) {
    const place = resolved.get(one) ?? '';
    scene.directories.set(one, place);
    scene.setProperty(one, place);
  }
  scene.placeFiles();
  return product.directories.size + product.files.size;
}

/** Answers what it cost, in directories and files. */
function runCustomAction(scene: Scene, key: string, { type, source, target }: CustomAction): number {
  if ((type & customTypes.inScript) !== 0) return 0;
  const kind = type & customTypes.kind;
  if (kind === customTypes.setProperty) scene.setProperty(source, scene.format(target));
  return kind === customTypes.setDirectory ? setDirectory(scene, key, source, scene.format(target)) : 0;
}

export async function launchConditions(scene: Scene): Promise<LaunchCondition[]> {
  const rows = await scene.product.rows('LaunchCondition');
  if (rows.length > mostActions) throw tooMuch('LaunchCondition', '', `${rows.length} conditions`);
  return rows.map((row) => {
    const cells = cellsOf('LaunchCondition', 'Condition', row);
    const condition = cells.text('Condition');
    const message = scene.format(cells.optionalText('Description') ?? '');
    return { condition, holds: scene.holds(condition), message };
  });
}

export type Outcome = {
  readonly launchConditions: readonly LaunchCondition[];
  readonly unknownFeatures: readonly string[];
};

/**
 * Goes through InstallExecuteSequence. Custom actions that set a property (type 51) or a directory (type 35) are done;
 * others are code, whose effects nobody can tell. Searches find nothing. After CostFinalize, setting the property of
 * a directory does not move it, as in the installer.
 */
export async function goThrough(scene: Scene): Promise<Outcome> {
  const { product }: { product: Product } = scene;
  const actions = byId('CustomAction', 'Action', await product.rows('CustomAction'), customActionOf);
  let launch: readonly LaunchCondition[] | undefined;
  let unknown: readonly string[] | undefined;
  let moves = 0;
  for (const { action, condition } of stepsOf(await product.rows('InstallExecuteSequence'))) {
    const custom = actions.get(action);
    if (custom === undefined && action !== 'LaunchConditions' && action !== 'CostFinalize') continue;
    if (!scene.holds(condition)) continue;
    if (custom !== undefined) {
      moves += runCustomAction(scene, action, custom);
      if (moves > mostMoves) throw tooMuch('CustomAction', action, 'directories are moved too often');
    }
    if (action === 'LaunchConditions') launch = await launchConditions(scene);
    if (action === 'CostFinalize') unknown ??= finalizeCosts(scene);
  }
  unknown ??= finalizeCosts(scene);
  return { launchConditions: launch ?? [], unknownFeatures: unknown };
}
