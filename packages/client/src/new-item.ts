/** A deployment as it is new to this client; an older one on this machine may have brought it about. */
import type { Assignment, Sha256, Uuid } from '@holdfast/contract';
import { emptyHistory } from '@holdfast/engine';
import type { OlderHistory } from './inheritance.ts';

/** Where an older client has had it, it is looked at, mended where it is broken, and not installed anew. */
export function newItem(
  { intent }: Pick<Assignment, 'intent'>,
  version: Sha256,
  had: OlderHistory[Uuid] | undefined,
) {
  const hadIt = intent === 'install' && had !== undefined && (had.version ?? version) === version;
  return {
    version,
    requested: false,
    history: { ...emptyHistory, hadIt },
    running: null,
    waiting: null,
    broken: false,
    said: null,
    state: 'waiting' as const,
    text: '',
  };
}
