/** What was asked for, by the command line and the properties that a log has. */
import { parseMsiexec } from '../command-line.ts';
import type { Draft } from './draft.ts';
import type { LoggedInstallation } from './model.ts';

/** Properties that say it, as one would type them. */
const asking = ['REINSTALL', 'REINSTALLMODE', 'REMOVE', 'ADDLOCAL', 'ACTION'] as const;

function askedOf(draft: Draft): ReadonlyMap<string, string> {
  const line = draft.commandLine ?? '';
  const typed = parseMsiexec(/^"?[^"]*msiexec(\.exe)?"?\s/i.test(line) ? line : `msiexec ${line}`);
  const asked = new Map<string, string>();
  for (const name of asking) {
    const value = typed?.properties.get(name) ?? draft.properties.get(name);
    // ACTION has the sequence as its value wherever nothing else was asked for.
    if (value !== undefined && value !== '' && value !== 'INSTALL') asked.set(name, value);
  }
  if (typed?.action === 'uninstall' && !asked.has('REMOVE')) asked.set('REMOVE', 'ALL');
  if (typed?.action === 'repair' && !asked.has('REINSTALL')) asked.set('REINSTALL', 'ALL');
  // Packages set it for their first installation too.
  if (!asked.has('REINSTALL') && !typed?.properties.has('REINSTALLMODE')) asked.delete('REINSTALLMODE');
  return asked;
}

/** What msiexec adds to a command line for itself, and a line that it hides as a whole. */
const added =
  /(?:^|\s)(?:(?:CURRENTDIRECTORY|CLIENTUILEVEL|CLIENTPROCESSID)=(?:"[^"]*"?|\S*)|\*{4,}(?=\s|$))/g;

function typedLine(draft: Draft): string | undefined {
  const line = draft.commandLine?.replace(added, '').trim();
  return line === '' ? undefined : line;
}

export function requestOf(draft: Draft): LoggedInstallation['request'] {
  const asked = askedOf(draft);
  const commandLine = typedLine(draft) ?? [...asked].map(([name, value]) => `${name}=${value}`).join(' ');
  const remove = asked.get('REMOVE');
  let action: LoggedInstallation['request']['action'] = 'install';
  if (asked.get('ACTION') === 'ADMIN') action = 'administrative';
  else if (remove?.toUpperCase() === 'ALL' || (draft.ending === 'removed' && remove === undefined)) {
    action = 'uninstall';
  } else if (asked.has('REINSTALL')) action = 'repair';
  else if (draft.properties.size === 0 && draft.commandLine === undefined) action = 'unknown';
  return { action, ...(commandLine === '' ? {} : { commandLine }) };
}

/** Whether REINSTALL was given; and whether the product was installed at all. */
export function reinstalling(draft: Draft): { asked: boolean; mode: string; installed: boolean | undefined } {
  const asked = askedOf(draft);
  const state = draft.properties.get('ProductState');
  let installed: boolean | undefined;
  if (draft.notRegistered !== undefined) installed = false;
  else if (draft.properties.has('Installed')) installed = true;
  else if (state !== undefined) installed = Number(state) > 0;
  return { asked: asked.has('REINSTALL'), mode: asked.get('REINSTALLMODE') ?? '', installed };
}
