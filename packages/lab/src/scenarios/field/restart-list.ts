/**
 * What is left for the next start of Windows, as everybody on the machine sees it in the registry, and the start that
 * does it. Source: learn.microsoft.com, MoveFileExW (MOVEFILE_DELAY_UNTIL_REBOOT).
 */
import type { Registry } from '@holdfast/ports';
import type { Place } from '../../disk/nodes.ts';
import type { SimulatedMachine } from '../../machine/machine.ts';

/** Done with files at the next start: renamed, or with no target removed. */
export type AtRestart = { readonly from: string; readonly to?: string };

const place = {
  hive: 'HKLM',
  key: 'SYSTEM\\CurrentControlSet\\Control\\Session Manager',
  name: 'PendingFileRenameOperations',
  view: '64',
} as const;

/** Paths of the kernel; a target that is replaced has an exclamation mark before it. */
const native = '\\??\\';

function read(text: string | undefined): readonly AtRestart[] {
  if (!text) return [];
  const lines = text.split('\n');
  const plain = (line = ''): string => line.replace(/^!?\\\?\?\\/, '');
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, index) => {
    const [from, to] = lines.slice(index * 2, index * 2 + 2).map(plain);
    return { from: from ?? '', ...(to ? { to } : {}) };
  });
}

/** As a program on the machine reads it. */
export async function restartListOf(registry: Registry): Promise<readonly AtRestart[]> {
  return read(await registry.read(place));
}

export function leaveForRestart({ software: { registry } }: SimulatedMachine, more: AtRestart): void {
  const lines = [...read(registry.get(place)), more].flatMap(({ from, to }) => [
    `${native}${from}`,
    to === undefined ? '' : `!${native}${to}`,
  ]);
  registry.set(place, lines.join('\n'));
}

/** `C:\Tool\tool.exe is removed`, `C:\Temp\1.tmp becomes C:\Tool\tool.dll`. */
export function describeAtRestart({ from, to }: AtRestart): string {
  return to === undefined ? `${from} is removed` : `${from} becomes ${to}`;
}

/** Where a path leads, its names in any case; undefined where a folder on the way is missing. */
function placeOf({ volume }: SimulatedMachine, path: string): Place | undefined {
  const names = path.split('\\').slice(1);
  let folder = volume.root;
  for (const [index, wanted] of names.entries()) {
    const found = [...folder.entries.keys()].find((name) => name.toLowerCase() === wanted.toLowerCase());
    if (index === names.length - 1) return { folder, name: found ?? wanted };
    const below = found === undefined ? undefined : folder.entries.get(found);
    if (below?.kind !== 'folder') return undefined;
    folder = below;
  }
  return undefined;
}

/** Does what was left, in order, as the session manager does before anything else runs; what is not there is passed over. */
export function doRestartList(machine: SimulatedMachine): readonly AtRestart[] {
  const list = read(machine.software.registry.get(place));
  const done = list.filter(({ from, to }) => {
    const source = placeOf(machine, from);
    const target = to === undefined ? undefined : placeOf(machine, to);
    if (!source?.folder.entries.has(source.name) || (to !== undefined && !target)) return false;
    if (target) machine.volume.move(source, target);
    else machine.volume.remove(source);
    machine.volume.syncFolder(source.folder);
    return true;
  });
  machine.software.registry.set(place, '');
  return done;
}
