/** What a sick version does to the state of the client before it opens anything. */
import { openJournal, removeTree, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { SimulatedMachine } from '../../machine/machine.ts';
import { stateFolder } from '../client-service.ts';
import type { Behaviour } from './behaviours.ts';

/** In the process of the version, as its first act. */
export async function misbehave(
  machine: Pick<SimulatedMachine, 'ports'>,
  behaviour: Behaviour,
): Promise<void> {
  const { removes = [], spoils = [], forges, renews } = behaviour;
  if (removes.length + spoils.length === 0 && !forges && !renews) return;
  await withOpen(machine.ports('client').disk.open(stateFolder), async (state) => {
    for (const name of removes) await removeTree(state, name);
    for (const name of spoils) await writeNonsense(state, name);
    if (renews) await renewJournal(state);
    if (forges)
      await withOpen(state.folder('versions'), (versions) => writeNonsense(versions, 'blessing.json'));
    await state.sync();
  });
}

async function renewJournal(state: Folder): Promise<void> {
  const name = 'client.journal';
  await removeTree(state, name);
  const journal = await openJournal({
    folder: state,
    name,
    initial: { outbox: { stream: '00000000-0000-4000-8000-000000000000', next: 1, messages: [] } },
    reduce: (known) => known,
  });
  await journal.commit({ kind: 'status', messages: [] });
  await journal.close();
}

/** Into a file, or into each of a folder. */
async function writeNonsense(folder: Folder, name: string): Promise<void> {
  if ((await folder.entry(name))?.kind === 'folder') {
    await withOpen(folder.folder(name), async (inner) => {
      for (const one of await inner.list()) await writeNonsense(inner, one.name);
    });
    return;
  }
  await removeTree(folder, name);
  await withOpen(folder.create(name), async (file) => {
    await file.write(0, Buffer.from('{"all":"is well"}\n', 'utf8'));
    await file.sync();
  });
  await folder.sync();
}
