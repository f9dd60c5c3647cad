/**
 * `msiexec /a`: every file of the package, unpacked as the source has them, and the package beside them, to install from.
 * Nothing is registered. Source: "Administrative Installation", learn.microsoft.com/windows/win32/msi.
 */
import { directoryPath, windowsName } from '../evaluate/directories.ts';
import type { Planning } from './context.ts';

/** Folders below the image, by id of the directory, as the source names them. */
function sourceFolders({ product }: Planning, target: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const directory of product.directories.values()) {
    const branch = [];
    for (
      let at: typeof directory | undefined = directory;
      at !== undefined && !paths.has(at.id);
      at = product.directories.get(at.parent ?? '')
    ) {
      branch.push(at);
    }
    for (const one of branch.reverse()) {
      const above = paths.get(one.parent ?? '') ?? target;
      const name = one.parent === undefined ? undefined : one.source;
      paths.set(
        one.id,
        name === undefined ? above : `${above}${windowsName('Directory', one.id, name, false)}\\`,
      );
    }
  }
  return paths;
}

/** REINSTALLMODE is not heard: what is there is replaced. */
export async function planAdministrative(planning: Planning): Promise<void> {
  const { product, productCode, scene, draft, from } = planning;
  const target = directoryPath(scene.property('TARGETDIR') ?? scene.property('ROOTDRIVE') ?? 'C:\\');
  const folders = sourceFolders(planning, target);
  const files = [...product.files.values()].sort((one, other) => one.sequence - other.sequence);
  for (const { id, component, name, size, version } of files) {
    const folder = folders.get(product.components.get(component)?.directory ?? '') ?? target;
    const path = `${folder}${windowsName('File', id, name, false)}`;
    const existing = await draft.files.stat(path);
    const reason = 'an administrative image has every file';
    draft.decisions.push({
      file: id,
      component,
      path,
      do: existing === undefined ? 'install' : 'replace',
      rule: existing === undefined ? 'missing' : 'forced',
      reason,
      packaged: { size, ...(version === undefined ? {} : { version }) },
      ...(existing === undefined ? {} : { existing: { size: existing.size } }),
    });
    const bytes = { from: 'package', product: productCode, file: id } as const;
    await draft.place({ path, bytes, size }, { action: 'InstallFiles', component, reason });
  }
  const name = from.path.split('\\').at(-1) ?? 'package.msi';
  await draft.place(
    { path: `${target}${name}`, bytes: { from: 'database', product: productCode }, size: from.size },
    { action: 'InstallAdminPackage', reason: 'the image is installed from this package' },
  );
}
