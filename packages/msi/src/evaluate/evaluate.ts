/** What a package would do on a described machine: a first installation, thought through to its end. */
import type { Product } from '../product/model.ts';
import { choosesFeatures } from './features.ts';
import type { Evaluation, TargetMachine } from './model.ts';
import { openScene } from './scene.ts';
import { goThrough } from './sequence.ts';

export type EvaluateOptions = {
  /** Of the command line. Names with lower-case letters are private and not heard; an empty value unsets. */
  readonly properties?: Readonly<Record<string, string>>;
};

/** ALLUSERS=2 is for the machine where the account may, unless MSIINSTALLPERUSER says otherwise. */
function isForMachine(properties: ReadonlyMap<string, string>): boolean {
  const allUsers = properties.get('ALLUSERS');
  if (allUsers === '2') {
    return properties.get('Privileged') === '1' && properties.get('MSIINSTALLPERUSER') !== '1';
  }
  return allUsers === '1';
}

function firstProperties(
  product: Product,
  machine: TargetMachine,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const heard = Object.entries(given).filter(([name]) => name === name.toUpperCase());
  const properties = new Map([...product.properties, ...machine.properties, ...heard]);
  if (choosesFeatures(given)) properties.set('Preselected', '1');
  const folders = isForMachine(properties) ? machine.folders : machine.userFolders;
  return new Map([...properties, ...folders]);
}

/**
 * Evaluates a product on a machine where it is not installed: properties, directories, features, components, paths.
 * @throws HoldfastError `msi.invalid` where a condition is none, or a name no name of Windows; `msi.limit`
 */
export async function evaluate(
  product: Product,
  machine: TargetMachine,
  { properties = {} }: EvaluateOptions = {},
): Promise<Evaluation> {
  const scene = openScene(product, machine, firstProperties(product, machine, properties));
  const outcome = await goThrough(scene);
  return {
    machine,
    properties: scene.properties,
    directories: scene.directories,
    features: scene.features,
    components: scene.components,
    files: scene.files,
    ...outcome,
    format: scene.format,
    holds: scene.holds,
  };
}
