/** The programs that people and units call: small scripts that start the runtime with its flags. */
import { clientNodeFlags } from '@holdfast/machine';
import type { ClientPlatform } from './target.ts';

/** What each program runs, below the install folder. */
const mains = {
  'holdfast-client': 'launcher/launcher.mjs',
  'holdfast-setup': 'seed/core/holdfast-setup.mjs',
} as const;

/** Flags must be on the command line of a process, and nobody should have to know them. */
function script(platform: ClientPlatform, main: string): string {
  const flags = clientNodeFlags.join(' ');
  if (platform === 'windows') {
    const below = main.replaceAll('/', '\\');
    return `@echo off\r\n"%~dp0..\\runtime\\node.exe" ${flags} "%~dp0..\\${below}" %*\r\n`;
  }
  return [
    '#!/bin/sh',
    '# May be called through a symbolic link; becomes the process of the client.',
    'bin=$(dirname -- "$(readlink -f -- "$0")")',
    `exec "\${bin%/*}/runtime/node" ${flags} "\${bin%/*}/${main}" "$@"`,
    '',
  ].join('\n');
}

/** Contents by path below the install folder. */
export function programs(platform: ClientPlatform): ReadonlyMap<string, string> {
  const extension = platform === 'windows' ? '.cmd' : '';
  return new Map(
    Object.entries(mains).map(([name, main]) => [`bin/${name}${extension}`, script(platform, main)]),
  );
}
