/** Opening the client's journal, and going on without it when it is damaged. */
import { HoldfastError, isHoldfastError, type Uuid } from '@holdfast/contract';
import { openJournal, setAside } from '@holdfast/engine';
import type { Entropy, Folder } from '@holdfast/ports';
import { keptIdentity } from './enrolment/identity.ts';
import { type ClientJournal, type ClientState, initialState, reduce } from './state.ts';
import { salvage } from './versions/saved.ts';

type OpenedState = { readonly journal: ClientJournal; readonly damage: HoldfastError | undefined };

/** Name of the journal in the state folder. */
export const journalName = 'client.journal';

/**
 * A damaged journal is kept beside a new one, which begins with who the client is, so that it stays in its site's
 * hands: policy comes with the next check-in, and what is on the machine is found by detection. Where a version was on
 * trial, it begins with all that was known before.
 */
export async function openState(entropy: Pick<Entropy, 'uuid'>, folder: Folder): Promise<OpenedState> {
  const fresh = initialState(entropy.uuid());
  // A journal that a version on trial has removed: what was known before the switch is known again.
  const lost = (await folder.entry(journalName)) ? undefined : await salvage(folder, fresh.outbox.stream);
  const open = (initial: ClientState) => openJournal({ folder, name: journalName, initial, reduce });
  try {
    const journal = await open(lost ?? fresh);
    return (await regained(folder, journal, fresh.outbox.stream, open)) ?? { journal, damage: undefined };
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'journal.damaged')) throw thrown;
    await setAside(folder, journalName);
    const known = await salvage(folder, fresh.outbox.stream);
    const initial = known ?? { ...fresh, ...(await keptIdentity(folder)) };
    return { journal: await open(initial), damage: thrown };
  }
}

/** A version that was given up has begun the journal anew, whole and empty: what was known before it is known again. */
async function regained(
  folder: Folder,
  journal: ClientJournal,
  stream: Uuid,
  open: (initial: ClientState) => Promise<ClientJournal>,
): Promise<OpenedState | undefined> {
  if (journal.state.identity) return undefined;
  const known = await salvage(folder, stream);
  if (!known?.identity) return undefined;
  await journal.close();
  await setAside(folder, journalName);
  const damage = new HoldfastError('journal.damaged', 'A version on trial had begun the journal anew.');
  return { journal: await open(known), damage };
}
