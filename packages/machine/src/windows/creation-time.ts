/** When a file of Windows was made: Node sets only when it was modified. */
import { toNamespacedPath } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { accessRight, invalidHandle, win32 } from './win32.ts';

/** CreateFileW (fileapi.h): others may go on with the file as they like. */
const shareAll = 0x1 | 0x2 | 0x4;
const openExisting = 3;
/** A reparse point (link) itself and not what it leads to. */
const notFollowed = 0x0020_0000;
/** FILETIME counts 100 ns from 1601. */
const ticksPerMillisecond = 10_000n;
const ticksTo1970 = 116_444_736_000_000_000n;

/**
 * @param time milliseconds since 1970
 * @throws HoldfastError `disk.failed`
 */
export function setCreationTime(path: string, time: number): void {
  const handle = win32().createFile(
    toNamespacedPath(path),
    accessRight.writeAttributes,
    shareAll,
    openExisting,
    notFollowed,
  );
  const ticks = Buffer.alloc(8);
  ticks.writeBigUInt64LE(BigInt(time) * ticksPerMillisecond + ticksTo1970);
  const opened = handle !== invalidHandle && handle !== null;
  const done = opened && win32().setCreated(handle, ticks);
  const windowsError = done ? 0 : win32().lastError();
  if (opened) win32().closeHandle(handle);
  if (done) return;
  throw new HoldfastError('disk.failed', `The time of ${path} could not be set.`, {
    details: { path, windowsError },
  });
}
