/** What a client is built for, and what the package formats call it. */
import type { Architecture, ClientPackageKind } from '@holdfast/contract';

export type ClientPlatform = 'linux' | 'windows';

export type ClientTarget = { readonly platform: ClientPlatform; readonly architecture: Architecture };

/** Everything that is built unless somebody asks for less: the kinds of packages by target. */
export const targets: readonly (ClientTarget & { readonly kinds: readonly ClientPackageKind[] })[] = [
  { platform: 'linux', architecture: 'x64', kinds: ['tar.gz', 'deb', 'rpm'] },
  { platform: 'linux', architecture: 'arm64', kinds: ['tar.gz', 'deb', 'rpm'] },
  { platform: 'windows', architecture: 'x64', kinds: ['tar.gz', 'msi'] },
];

/** `linux-x64` */
export const targetName = ({ platform, architecture }: ClientTarget): string => `${platform}-${architecture}`;

const debArchitectures = { x64: 'amd64', arm64: 'arm64' } as const;
const rpmArchitectures = { x64: 'x86_64', arm64: 'aarch64' } as const;

export const debArchitecture = ({ architecture }: ClientTarget): string => debArchitectures[architecture];
export const rpmArchitecture = ({ architecture }: ClientTarget): string => rpmArchitectures[architecture];

/** File name of a package, as is the custom of its kind. */
export function packageName(kind: ClientPackageKind, target: ClientTarget, version: string): string {
  switch (kind) {
    case 'msi':
      return 'client.msi';
    case 'deb':
      return `holdfast-client_${version}_${debArchitecture(target)}.deb`;
    case 'rpm':
      return `holdfast-client-${version}-1.${rpmArchitecture(target)}.rpm`;
    case 'tar.gz':
      return `holdfast-client-${version}-${targetName(target)}.tar.gz`;
  }
}

/** File name of a version by itself. */
export const archiveName = (target: ClientTarget, version: string): string =>
  `holdfast-version-${version}-${targetName(target)}.tar.gz`;
