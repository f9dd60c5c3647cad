/** What a repair by another process has done, laid down for the client to tell its site. */
import { isHoldfastError, Timestamp } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import * as Type from 'typebox';
import type { ClientContext } from '../context.ts';
import { jsonReader } from '../site.ts';
import { type Installation, type RepairReport, workFolder } from './model.ts';

/** Folder in that of component work. */
const toldName = 'told';

/** Reports that are kept for a client that does not run, and bytes of one. */
const mostReports = 20;
const reportLimit = 64 * 1024;

/** Things named in one message; status messages are short. */
const mostNamed = 20;

const Told = Type.Object({ at: Timestamp, remedies: Type.String({ maxLength: 8_000 }) });
const readTold = jsonReader(Told, 'report of a repair');

/** `core/holdfast-client.mjs (kept package), service (here)`; empty where nothing was restored. */
export function remediesText({ restored }: Pick<RepairReport, 'restored'>): string {
  const named = restored.slice(0, mostNamed).map(({ what, from }) => `${what} (${from})`);
  const more = restored.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Lays down what was restored; nothing happens where nothing was. @throws HoldfastError `disk.*` */
export async function tellLater({ ports, stateFolder }: Installation, report: RepairReport): Promise<void> {
  if (report.restored.length === 0) return;
  const told = { at: ports.clock.now(), remedies: remediesText(report) };
  await withOpen(ports.disk.open(stateFolder), async (state) => {
    await withOpen(openPath(state, [workFolder, toldName], { create: true }), async (folder) => {
      const names = await folder.names();
      for (const old of names.slice(0, Math.max(names.length - mostReports, 0)))
        await removeIfThere(folder, old);
      const name = `${String(told.at).padStart(16, '0')}-${ports.entropy.uuid()}.json`;
      await replaceFile(folder, name, Buffer.from(JSON.stringify(told), 'utf8'));
    });
  });
}

/** Takes into the outbox what repairs by other processes have done. A cut may tell one twice. @throws HoldfastError `disk.*` */
export async function takeTold({
  folder,
  reporter,
}: Pick<ClientContext, 'folder' | 'reporter'>): Promise<void> {
  if (!(await folder.entry(workFolder))) return;
  await withOpen(folder.folder(workFolder), async (work) => {
    if (!(await work.entry(toldName))) return;
    await withOpen(work.folder(toldName), async (told) => {
      for (const name of await told.names()) {
        const details = name.endsWith('.json') ? await readReport(told, name) : undefined;
        if (details) await reporter.report({ name: 'client-remedied', details });
        await removeIfThere(told, name);
      }
    });
  });
}

/** Undefined for what is no report: another program's, or cut off. */
async function readReport(
  folder: Folder,
  name: string,
): Promise<{ at: number; remedies: string } | undefined> {
  try {
    return readTold(Buffer.from(await readWhole(folder, name, reportLimit)).toString('utf8'));
  } catch (thrown) {
    if (isHoldfastError(thrown)) return undefined;
    throw thrown;
  }
}
