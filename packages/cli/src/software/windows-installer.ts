/** What the site says of an .msi that it has: the rules are the site's, whoever uploads. */
import { HoldfastError, InstallerDescription, isInstallerPath } from '@holdfast/contract';
import type { Api } from '../api.ts';
import type { LocalFile } from './content.ts';

/** The .msi that a package is made for; undefined where there is none, or more than one to choose from. */
export function onlyInstaller(files: readonly LocalFile[]): LocalFile | undefined {
  const [first, second] = files.filter(({ path }) => isInstallerPath(path));
  return second === undefined ? first : undefined;
}

/**
 * Asks the site about an uploaded .msi.
 * @throws HoldfastError `msi.invalid`, `msi.limit`; `installer.unsupported` where it installs nothing by itself
 */
export async function describeInstaller(api: Api, file: LocalFile) {
  const description = await api.get(InstallerDescription, `/content/${file.sha256}/installer`, {
    path: file.path,
  });
  const { software, reason } = description;
  if (software === null) {
    throw new HoldfastError(
      'installer.unsupported',
      `${file.path}: ${reason ?? 'it installs nothing by itself.'}`,
    );
  }
  return { description, software };
}
