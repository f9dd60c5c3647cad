/** What chance decides: what somebody has left for the next restart of Windows, and when that comes. */
import type { Random } from '../../world/random.ts';
import type { AtRestart } from '../field/restart-list.ts';
import { between, hour, minute, second } from '../field/times.ts';
import { toolFolder } from '../field/two-versions.ts';

export type World = {
  /** In the order of the registry. */
  readonly list: readonly AtRestart[];
  /** The one of them that would undo the new version; null = all are somebody else's affair. */
  readonly ours: AtRestart | null;
  /** The machine restarts so long after the deployment. Milliseconds, like the others. */
  readonly restartAfterMs: number;
  readonly downMs: number;
  readonly pieceMs: number;
};

/** A file that somebody has brought for the next start. */
export const replacement = 'C:\\Windows\\Temp\\tool.dll.tmp';

const others: readonly AtRestart[] = [
  { from: 'C:\\Program Files\\Browser\\128.0\\browser.dll' },
  { from: 'C:\\Windows\\Temp\\hal.tmp', to: 'C:\\Windows\\System32\\drivers\\sound.sys' },
  // Names that begin as ours do.
  { from: `${toolFolder}box\\tool.exe` },
  { from: `${toolFolder}.old\\tool.dll` },
];

const own: readonly AtRestart[] = [
  { from: `${toolFolder}\\tool.exe` },
  { from: `${toolFolder}\\tool.exe`.toUpperCase() },
  { from: replacement, to: `${toolFolder}\\tool.dll` },
  // An uninstaller that could not remove the folder has it moved out of the way.
  { from: toolFolder, to: `${toolFolder}.away` },
];

export function drawWorld(random: Random): World {
  const foreign = random.chance(7, 10) ? others.filter(() => random.chance(1, 2)) : [];
  const ours = random.chance(4, 10) ? random.pick(own) : null;
  const list = ours === null ? foreign : random.chance(1, 2) ? [...foreign, ours] : [ours, ...foreign];
  return {
    list,
    ours,
    restartAfterMs: between(random, hour / 2, 3 * hour),
    downMs: between(random, 20 * second, 5 * minute),
    pieceMs: between(random, 100, 2 * second),
  };
}
