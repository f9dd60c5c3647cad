/** Holding a folder of Windows in its place. */
import { toNamespacedPath } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { accessRight, type Handle, invalidHandle, win32, winError } from './win32.ts';

/** CreateFileW (fileapi.h): others may read and write in the folder, but not rename or remove it. */
const shareReadAndWrite = 0x1 | 0x2;
const openExisting = 3;
/** A folder, and a reparse point (link, junction) itself and not what it leads to. */
const folderNotFollowed = 0x0200_0000 | 0x0020_0000;
const attribute = { folder: 0x10, reparsePoint: 0x400 } as const;
/** Bytes of BY_HANDLE_FILE_INFORMATION, which begins with the attributes. */
const informationLength = 52;

/**
 * Opens the folder at `path` so that neither it nor a folder above it can be renamed or removed until the handle is
 * closed: from then on the path names this very folder. Links and junctions are refused.
 */
export function holdFolder(path: string): Handle {
  const handle = win32().createFile(
    toNamespacedPath(path),
    accessRight.listFolder,
    shareReadAndWrite,
    openExisting,
    folderNotFollowed,
  );
  if (handle === invalidHandle || handle === null) throw openingError(win32().lastError(), path);
  const information = Buffer.alloc(informationLength);
  const told = win32().fileInformation(handle, information);
  const attributes = information.readUInt32LE();
  if (told && (attributes & attribute.folder) !== 0 && (attributes & attribute.reparsePoint) === 0)
    return handle;
  win32().closeHandle(handle);
  throw new HoldfastError('disk.denied', `${path} is not a folder, or leads elsewhere.`);
}

export function releaseFolder(handle: Handle): void {
  win32().closeHandle(handle);
}

function openingError(code: number, path: string): HoldfastError {
  const details = { path, windowsError: code };
  switch (code) {
    case winError.fileNotFound:
    case winError.pathNotFound:
      return new HoldfastError('disk.not-found', `There is no folder ${path}.`, { details });
    case winError.accessDenied:
      return new HoldfastError('disk.denied', `This account may not open the folder ${path}.`, { details });
    case winError.sharingViolation:
      return new HoldfastError('disk.busy', `Another program holds the folder ${path}.`, { details });
    default:
      return new HoldfastError('disk.failed', `The folder ${path} could not be opened.`, { details });
  }
}
