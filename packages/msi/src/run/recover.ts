/** What a power cut or a crash has broken off is brought to one of its two ends, before anything else begins. */
import { withOpen } from '@holdfast/engine';
import type { WindowsHost } from '../host/model.ts';
import { type Area, areasThere, journalName, removeArea, removeAreas } from './area.ts';
import { benchOf } from './bench.ts';
import { silentLog } from './log-silent.ts';
import type { Recovered, RunLog } from './model.ts';
import { openRecord, type RunJournal } from './record.ts';
import { finishAll, undoAll } from './settle.ts';

async function settle(host: WindowsHost, area: Area, journal: RunJournal, log: RunLog): Promise<Recovered> {
  const { committed, productCode, productName } = journal.state;
  const bench = benchOf({ host, area, journal, log, passedOver: [] });
  await log.message(
    'info',
    `An installation of ${productName} was broken off; it is ${committed ? 'finished' : 'undone'} first.`,
  );
  const end = committed ? await finishAll(bench, () => {}) : await undoAll(bench, () => {});
  if (!end.ended) throw end.thrown;
  return { productCode, productName, outcome: committed ? 'done' : 'undone' };
}

/**
 * Undoes installations that were broken off before their commit and finishes the others. Whoever calls holds the lock:
 * an installation that still runs looks the same.
 * @throws HoldfastError whatever stands in the way of it; it is tried again at the next call
 */
export async function recoverInstallations(
  host: WindowsHost,
  log: RunLog = silentLog,
): Promise<readonly Recovered[]> {
  const recovered: Recovered[] = [];
  const { files } = host;
  for (const area of await areasThere(files)) {
    if ((await files.stat(`${area.path}\\${journalName}`)) !== undefined) {
      await withOpen(openRecord(files, area), async (journal) => {
        recovered.push(await settle(host, area, journal, log));
      });
    }
    await removeArea(files, area);
  }
  await removeAreas(files);
  return recovered;
}
