/**
 * The operating system beneath the client becomes another one: upgraded in place, or installed anew around the state folder.
 * Who the client is stays; what it knew of the machine is looked at and told anew (fleetdm/fleet#47259).
 */
import { afterSystemChange } from '@holdfast/engine';
import type { ClientContext } from './context.ts';
import type { ClientState, Item } from './state.ts';

export type KnownSystem = {
  readonly epoch: string;
  /** As the system calls itself, with its version; empty where an older client kept only the epoch. */
  readonly name: string;
};

/** From one system to another; `from` is null where none was known yet. */
export type SystemEntry = {
  readonly kind: 'system';
  readonly from: KnownSystem | null;
  readonly to: KnownSystem;
};

/** Facts and states of before are nobody's any more: each is looked at, and told to the site, as if it were new. */
export function afterSystem(state: ClientState, { from, to }: SystemEntry): ClientState {
  if (from === null) return { ...state, system: to };
  const items = Object.entries(state.items).map(([id, item]) => [id, itemOnNewSystem(item)]);
  return { ...state, system: to, factsSent: null, items: Object.fromEntries(items) };
}

/** A program under way stays: whether it still runs is found out by its process. */
function itemOnNewSystem({ verifiedIn: _before, ...item }: Item): Item {
  return {
    ...item,
    history: afterSystemChange(item.history),
    waiting: null,
    broken: false,
    said: null,
    state: 'waiting',
    text: 'It is looked at again: the operating system was changed',
  };
}

/**
 * Looks whether the system is still the one that the journal is of; where it is not, that is one commit with its status
 * message. Before everything else of a pass: nothing that was learnt on the system before is told as of the new one.
 * @returns whether it has changed
 */
export async function noticeSystem({ ports, journal, reporter }: ClientContext): Promise<boolean> {
  const { epoch, name, version } = await ports.boot.operatingSystem();
  const from = journal.state.system ?? systemOfOlderClient(journal.state);
  if (from?.epoch === epoch && journal.state.system) return false;
  const to = { epoch, name: name.includes(version) ? name : `${name} ${version}` };
  if (from === null || from.epoch === epoch) {
    await journal.commit({ kind: 'system', from: null, to });
    return false;
  }
  const details = {
    from: from.name || 'an earlier system',
    to: to.name,
    fromEpoch: from.epoch,
    toEpoch: epoch,
  };
  await reporter.report({ name: 'os-changed', details }, { kind: 'system', from, to });
  return true;
}

/** An older client kept the epoch of its last evaluation, behind the id of the boot. */
function systemOfOlderClient({ health }: ClientState): KnownSystem | null {
  const epoch = health?.machine?.split(' ').at(-1);
  return epoch ? { epoch, name: '' } : null;
}
