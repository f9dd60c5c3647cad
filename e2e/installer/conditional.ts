/** What in packages depends on conditions. */
import { readFile } from 'node:fs/promises';
import { bytesSource, openDatabase, openProduct, type Product } from '@holdfast/msi';
import { packGuid } from '../../packages/msi/src/root/packed-guid.ts';
import type { Conditional } from './compare.ts';

function mayBeDisabled(product: Product, id: string): boolean {
  const feature = product.features.get(id);
  if (feature === undefined) return false;
  const { level, conditions, parent } = feature;
  return level <= 0 || conditions.length > 0 || (parent !== undefined && mayBeDisabled(product, parent));
}

/** @param paths of packages, on Linux */
export async function conditionalIn(paths: readonly string[]): Promise<Conditional> {
  const components = new Set<string>();
  const features = new Set<string>();
  for (const path of paths) {
    const product = await openProduct(await openDatabase(bytesSource(await readFile(path))));
    for (const { componentId, condition } of product.components.values()) {
      if (componentId !== undefined && condition !== undefined) components.add(packGuid(componentId) ?? '');
    }
    for (const id of product.features.keys()) if (mayBeDisabled(product, id)) features.add(id);
  }
  return { components, features };
}
