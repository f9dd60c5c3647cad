/** What the second starter has to say, laid down for the client to take into its outbox when it lives again. */
import { HoldfastError, Timestamp } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { jsonReader } from '../site.ts';
import { rescueFolder } from './record.ts';

const spoolName = 'spool';

/** Messages that are kept at most; a client that never comes back needs no more. */
const spoolLimit = 100;
/** Bytes of one. */
const messageLimit = 16 * 1024;

export const RescueMessage = Type.Object({
  at: Timestamp,
  /** What was done, as a predicate: `started the client`. */
  action: Type.String({ maxLength: 2_000 }),
  reason: Type.String({ maxLength: 4_000 }),
});
export type RescueMessage = Static<typeof RescueMessage>;

const readMessage = jsonReader(RescueMessage, 'message of the second starter');

/** @param rescue folder of the second starter. @param seq number of the message, which orders it */
export async function spoolMessage(rescue: Folder, seq: number, message: RescueMessage): Promise<void> {
  await withOpen(openPath(rescue, [spoolName], { create: true }), async (spool) => {
    const name = `${String(seq).padStart(9, '0')}.json`;
    await replaceFile(spool, name, Buffer.from(JSON.stringify(message), 'utf8'));
    const names = await spool.names();
    for (const old of names.slice(0, Math.max(names.length - spoolLimit, 0))) await removeIfThere(spool, old);
  });
}

/**
 * Hands each message to `take`, oldest first, and removes it when that has resolved. A cut between the two hands it on
 * twice, never not at all. What is no message is removed.
 */
export async function takeSpooled(
  state: Folder,
  take: (message: RescueMessage) => Promise<void>,
): Promise<void> {
  if (!(await state.entry(rescueFolder))) return;
  await withOpen(state.folder(rescueFolder), async (rescue) => {
    if (!(await rescue.entry(spoolName))) return;
    await withOpen(rescue.folder(spoolName), async (spool) => {
      // What has another name is being written.
      for (const name of (await spool.names()).filter((one) => one.endsWith('.json'))) {
        const message = await messageIn(spool, name);
        if (message) await take(message);
        await removeIfThere(spool, name);
      }
    });
  });
}

async function messageIn(spool: Folder, name: string): Promise<RescueMessage | undefined> {
  try {
    return readMessage(Buffer.from(await readWhole(spool, name, messageLimit)).toString('utf8'));
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return undefined;
    throw thrown;
  }
}
