/** The volumes that the client lies on: room, and a file that is written, made durable, read back and removed. */
import { diskFreeGate, readWhole, removeIfThere, withOpen } from '@holdfast/engine';
import { pruneContent } from '../../content/content.ts';
import type { ClientContext } from '../../context.ts';
import { type Check, failed, ok, type Seen } from '../check.ts';

const probeName = 'health.probe';
/** Bytes of the probe: a page. */
const probeBytes = 4096;

export function diskCheck(context: ClientContext): Check {
  const { ports, options, folder } = context;

  /** Written, synced, read, removed. @throws HoldfastError `disk.*` */
  const probe = async (): Promise<boolean> => {
    const content = Buffer.alloc(probeBytes, 'Holdfast ');
    // An evaluation may have been cut off here.
    await removeIfThere(folder, probeName);
    try {
      await withOpen(folder.create(probeName), async (file) => {
        await file.write(0, content);
        await file.sync();
      });
      return content.equals(await readWhole(folder, probeName, probeBytes));
    } finally {
      await removeIfThere(folder, probeName);
    }
  };

  return {
    check: 'disk',
    look: async (): Promise<Seen> => {
      const { installFolder } = options.installation?.place ?? {};
      for (const path of [options.folder, ...(installFolder === undefined ? [] : [installFolder])]) {
        const room = await diskFreeGate(ports.disk, path, 0).check();
        if (!room.open) return failed(`${path}: ${room.reason}`, 'disk.full');
      }
      if (!(await probe())) return failed('what was written is read back as something else', 'disk.failed');
      const free = await ports.disk.freeBytes(options.folder);
      return ok(`${Math.floor(free / 1024 ** 2)} MB free, written and read back`);
    },
    remedy: async () => {
      const before = await ports.disk.freeBytes(options.folder);
      await pruneContent(context);
      const freed = (await ports.disk.freeBytes(options.folder)) - before;
      return freed > 0 ? `${freed} bytes of content that is not needed any more were removed` : undefined;
    },
    makesRoom: true,
  };
}
