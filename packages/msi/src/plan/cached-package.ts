/** Where Windows keeps the package of a product, and its icons. */
import { createHash } from 'node:crypto';
import type { Planning } from './context.ts';

function installerFolder({ scene }: Planning): string {
  return `${scene.property('WindowsFolder') ?? 'C:\\Windows\\'}Installer\\`;
}

/** Names that are tried for a package that is new. */
const mostNames = 64;

/** The name that is on record, or a free one; the same one whenever it is asked again. */
export async function cachedPackagePath(planning: Planning): Promise<string> {
  const { registered, productCode, draft } = planning;
  if (registered?.localPackage !== undefined) return registered.localPackage;
  const digits = createHash('sha256').update(productCode).digest('hex');
  for (let start = 0; start + 8 < Math.min(digits.length, mostNames); start += 1) {
    const path = `${installerFolder(planning)}${digits.slice(start, start + 8).replace(/^0+(?=.)/, '')}.msi`;
    if ((await draft.files.stat(path)) === undefined) return path;
  }
  return `${installerFolder(planning)}${digits}.msi`;
}

/** Folder of the product's icons, with a `\` at its end. */
export function iconFolder(planning: Planning): string {
  const { forMachine, productCode, scene } = planning;
  if (forMachine) return `${installerFolder(planning)}${productCode}\\`;
  return `${scene.property('AppDataFolder') ?? ''}Microsoft\\Installer\\${productCode}\\`;
}
