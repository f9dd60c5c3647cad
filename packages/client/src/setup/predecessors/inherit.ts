/** Phase `inherit`: the older client is stopped, and what it has fetched is taken over. Who it is follows with the enrolment. */
import { firstClosedGate } from '@holdfast/engine';
import { cacheBytes, readSettings } from '../../settings.ts';
import { setupGates } from '../prerequisites.ts';
import { ended, type Phase } from '../set-up.ts';
import { takeCache } from './cache.ts';
import { inStateOf, predecessorsOf, stopPredecessors } from './present.ts';

/** Of the free room on the disk, the part that content of an older client may take. */
const shareOfFree = 0.5;

export const inherit: Phase = async (setUp) => {
  const { host, state, progress } = setUp;
  const gates = setupGates(setUp);
  const closed = await firstClosedGate(gates);
  if (closed) return { kind: 'waits', reason: `${closed.gate}: ${closed.reason}`, gates };
  await stopPredecessors(setUp);
  const { cacheMegabytes } = progress().request;
  const settings = cacheMegabytes === null ? ((await readSettings(state)) ?? {}) : { cacheMegabytes };
  const free = await host.ports.disk.freeBytes(host.places.state);
  let room = Math.min(cacheBytes(settings), Math.floor(free * shareOfFree));
  for (const one of predecessorsOf(setUp)) {
    await inStateOf(host.ports, one, async (older) => {
      const { cache } = await one.read(older);
      const { files, bytes } = await takeCache(older, cache, state, room);
      room -= bytes;
      host.log(`${one.title}: ${files} files of content taken over, ${bytes} bytes`);
    });
  }
  return ended;
};
