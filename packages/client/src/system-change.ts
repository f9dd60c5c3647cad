/**
 * The operating system beneath the client becomes another one: upgraded in place, or installed anew around the state folder.
 * Who the client is stays; what it knew of the machine is looked at and told anew (fleetdm/fleet#47259).
 */
import type { ClientContext } from './context.ts';
import type { KnownSystem } from './known-system.ts';
import type { ClientState } from './state.ts';

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
