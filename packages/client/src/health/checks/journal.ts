/** The client's journal: whole on the disk, with room to grow. */
import { diskFreeGate, scanJournal } from '@holdfast/engine';
import type { ClientContext } from '../../context.ts';
import { journalName } from '../../open-state.ts';
import { type Check, failed, ok, type Seen } from '../check.ts';

export function journalCheck(context: ClientContext): Check {
  const { journal, folder, ports, options } = context;
  const scan = async () => {
    // What is being written now would look torn.
    await journal.commit();
    return await scanJournal(folder, journalName);
  };
  return {
    check: 'journal',
    look: async (): Promise<Seen> => {
      let { bytes, whole } = await scan();
      // It may have grown between the two; damage stays.
      if (whole < bytes) ({ bytes, whole } = await scan());
      if (whole < bytes) {
        return failed(
          `of ${bytes} bytes of the journal those from ${whole} on are damaged`,
          'journal.damaged',
        );
      }
      const room = await diskFreeGate(ports.disk, options.folder, bytes).check();
      if (!room.open) return failed(`the journal cannot be written anew: ${room.reason}`, 'disk.full');
      const { damage = null } = journal.state.health ?? {};
      if (damage === null) return ok(`${bytes} bytes, every checksum right`);
      return { state: 'remedied', reason: damage, remedy: 'it was set aside, and a new one begun' };
    },
    remedy: async () => {
      await journal.rewrite();
      return 'it was written anew from memory';
    },
  };
}
