/** What a command line of msiexec asks for, as a request. */
import type { MsiexecCommand } from '../command-line.ts';
import type { Request } from './model.ts';
import { defaultMode } from './modes.ts';

/** @returns undefined for what is no installation: patches, advertisement, help */
export function requestOf(command: MsiexecCommand): Request | undefined {
  const { action, repairMode, properties } = command;
  switch (action) {
    case 'install':
      return { action: 'install', properties };
    case 'administrative':
      return { action: 'administrative', properties };
    case 'uninstall':
      return { action: 'uninstall', properties: new Map([...properties, ['REMOVE', 'ALL']]) };
    case 'repair': {
      // /f hears no properties of the line.
      const mode = repairMode || defaultMode;
      return {
        action: 'repair',
        properties: new Map([
          ['REINSTALL', 'ALL'],
          ['REINSTALLMODE', mode],
        ]),
      };
    }
  }
  return undefined;
}

/** The request of `msiexec /i` with these properties; what REMOVE=ALL makes of it is said, too. */
export function requestWith(properties: Readonly<Record<string, string>>): Request {
  const all = new Map(Object.entries(properties));
  return { action: all.get('REMOVE') === 'ALL' ? 'uninstall' : 'install', properties: all };
}
