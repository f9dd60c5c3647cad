/** What the second starter did last, as its journal and the client's pulse say. */
import { openRecord, type Pulse, type RescueRecord, readPulse, rescueFolder } from '@holdfast/client';
import { localDisk } from '@holdfast/machine';

export type LastRun = { readonly record: RescueRecord; readonly pulse: Pulse | null };

/** @throws HoldfastError `disk.*` where there is no client, or the second starter has never run */
export async function lastRun(folder: string): Promise<LastRun> {
  const state = await localDisk().open(folder);
  try {
    const rescue = await state.folder(rescueFolder);
    try {
      const journal = await openRecord(rescue);
      await journal.close();
      return { record: journal.state, pulse: (await readPulse(state)) ?? null };
    } finally {
      await rescue.close();
    }
  } finally {
    await state.close();
  }
}
