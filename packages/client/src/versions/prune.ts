/** Removes versions that nobody goes back to any more. */
import { removeTree } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { VersionProgress } from './progress.ts';
import { dropBlessing, readCurrent, readTrial } from './record.ts';
import { forgetSaved } from './saved.ts';

/** What a version's folder, or one that is being made, is called; content on its way has its hash for a name. */
const ofVersions = /^\d{1,3}\.\d{1,3}\.\d{1,5}(?:\.part)?$|^[0-9a-f]{64}(?:\.part)?$/;

/** A record that was cut off while it was written. */
const halfWritten = /^[a-z]+\.json\.new$/;

/**
 * Keeps the current version, the one on trial with the one before it, and the one that the last blessed one came after.
 * Between trials nothing of a saved state, or of a blessing, is needed.
 */
export async function prune(
  state: Folder,
  versions: Folder,
  progress: VersionProgress | undefined,
): Promise<void> {
  const trial = await readTrial(versions);
  const kept = new Set([await readCurrent(state), trial?.version, trial?.previous, progress?.kept]);
  for (const { name } of await versions.list()) {
    if (ofVersions.test(name) && !kept.has(name)) await removeTree(versions, name);
  }
  if (!trial) {
    // Nobody but this client writes here now.
    for (const { name } of await versions.list())
      if (halfWritten.test(name)) await removeTree(versions, name);
    await forgetSaved(versions);
    await dropBlessing(versions);
  }
  await versions.sync();
}
