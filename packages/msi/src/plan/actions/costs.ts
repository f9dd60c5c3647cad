/** CostFinalize: directories, features and components are settled; and LaunchConditions, which may end it all. */
import { resolveDirectories } from '../../evaluate/directories.ts';
import { launchConditions as judgeConditions } from '../../evaluate/sequence.ts';
import { recordedOf, relocations } from '../../verify/components.ts';
import type { Planning } from '../context.ts';
import type { Refusal } from '../model.ts';
import { reinstallMode } from '../modes.ts';
import { planComponents, planFeatures, showStates } from '../states.ts';

const failed = 1603;

/** Paths of directories; what is installed stays where its recorded key paths are. */
function placeDirectories({ product, scene, registered, draft }: Planning): void {
  const settle = (settled?: ReadonlyMap<string, string>) => {
    const paths = resolveDirectories({ product, property: scene.property, ...(settled ? { settled } : {}) });
    for (const [id, path] of paths) scene.directories.set(id, path);
    scene.placeFiles();
  };
  settle();
  if (registered) {
    const moved = relocations(product, scene, recordedOf(product, draft, registered));
    if (moved.size > 0) settle(moved);
  }
  for (const [id, path] of scene.directories) scene.setProperty(id, path);
}

/** A folder of what is installed that this machine cannot have: errors 1327 and 1606 of the installer. */
function unreachable({ components, scene, host }: Planning): Refusal | undefined {
  for (const { action, component } of components.values()) {
    const path = action === 'local' ? scene.directories.get(component.directory) : undefined;
    if (path === undefined || host.files.covers(path)) continue;
    const message = path.startsWith('\\\\')
      ? `Error 1606. Could not access network location ${path}.`
      : `Error 1327. Invalid Drive: ${path}`;
    return { exitCode: failed, message };
  }
  return undefined;
}

export function costFinalize(planning: Planning): Refusal | undefined {
  if (planning.components.size > 0) return undefined;
  // Heard here and not before: an action of the package may have set it.
  planning.mode = reinstallMode(planning.scene.property('REINSTALLMODE'));
  placeDirectories(planning);
  showStates(planning);
  const unknown = planFeatures(planning);
  planComponents(planning);
  planning.scene.setProperty('CostingComplete', '1');
  if (planning.removesAll) planning.scene.setProperty('REMOVE', 'ALL');
  const [name] = unknown;
  if (name === undefined) return unreachable(planning);
  return {
    exitCode: failed,
    message: `The product has no feature ${name}; names of features are case-sensitive.`,
  };
}

export async function launchConditions({ scene }: Planning): Promise<Refusal | undefined> {
  const broken = (await judgeConditions(scene)).find(({ holds }) => !holds);
  if (broken === undefined) return undefined;
  return {
    exitCode: failed,
    message: broken.message || `A launch condition does not hold: ${broken.condition}`,
  };
}
