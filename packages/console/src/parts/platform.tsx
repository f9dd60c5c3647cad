/** The platforms, each with its icon and name. */
import type { Platform } from '@holdfast/contract/web';
import { IconBrandApple, IconBrandWindows } from '@tabler/icons-react';
import type { ReactNode } from 'react';

const names: Readonly<Record<Platform, string>> = { linux: 'Linux', windows: 'Windows', macos: 'macOS' };

export const platformName = (platform: Platform): string => names[platform];

/** Name and version of an operating system; many put their version into their name. */
export function systemName({ osName, osVersion }: { osName: string; osVersion: string }): string {
  return osName.split(' ').includes(osVersion) ? osName : `${osName} ${osVersion}`;
}

/** A penguin, in the manner of the other icons: Linux is more than one distribution. */
function Penguin({ size }: { size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M12 3c-2.3 0-3.6 1.7-3.6 4.1 0 2-.1 2.9-1.5 4.9-1.2 1.7-1.9 3.3-1.9 4.8 0 2.6 2.7 4.2 7 4.2s7-1.6 7-4.2c0-1.5-.7-3.1-1.9-4.8-1.4-2-1.5-2.9-1.5-4.9C15.6 4.7 14.3 3 12 3Z" />
      <path d="M10.5 7.2v.1M13.5 7.2v.1" />
      <path d="M10.7 9.4 12 10.5l1.3-1.1" />
      <path d="M9 20.3c-.9-3.3-.3-6.1 3-6.1s3.9 2.8 3 6.1" />
    </svg>
  );
}

function iconOf(platform: Platform, size: number): ReactNode {
  if (platform === 'linux') return <Penguin size={size} />;
  const Icon = platform === 'windows' ? IconBrandWindows : IconBrandApple;
  return <Icon size={size} stroke={1.6} aria-hidden />;
}

export function PlatformIcon({ platform, size = 18 }: { platform: Platform; size?: number }) {
  return (
    <span className="platform" role="img" aria-label={platformName(platform)} title={platformName(platform)}>
      {iconOf(platform, size)}
    </span>
  );
}
