/** The secrets with which programs may connect to an X server: the file that Xauthority keeps. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Authorization } from './screen-xcb.ts';

/** The only rule that servers of this machine ask for in practice, and one that needs no clock. */
const cookieRule = 'MIT-MAGIC-COOKIE-1';
const cookieLength = 16;
/** Bytes; such files have some hundred. */
const fileLimit = 65_536;

/**
 * The cookie for a display in the text of such a file. An entry without a number serves every display.
 * Source: Xau(3), "XauReadAuth": family, then address, number, name and data, each after its length of two bytes.
 */
export function cookieIn(bytes: Buffer, display: number): Authorization | undefined {
  let at = 0;
  const field = (): Buffer => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    if (at > bytes.length) throw new RangeError('cut short');
    return bytes.subarray(at - length, at);
  };
  try {
    while (at < bytes.length) {
      at += 2;
      field();
      const [number, name, secret] = [field().toString('latin1'), field().toString('latin1'), field()];
      if (name !== cookieRule || secret.length !== cookieLength) continue;
      if (number === '' || number === String(display)) return { name, secret: Buffer.from(secret) };
    }
  } catch (thrown) {
    // What stands before a damaged entry was no match.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return undefined;
}

/**
 * The cookie of a file, if it may go to a server of this account: root's server may see every cookie, any other only those
 * of its own account. Otherwise anybody could start a server that names another's file and be told its secret.
 */
export function cookieOf(path: string, display: number, serverAccount: number): Authorization | undefined {
  const bytes = readOwned(path, serverAccount);
  return bytes && cookieIn(bytes, display);
}

function readOwned(path: string, account: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined; // not there, or not ours to read: the server may want no cookie at all
  }
  try {
    const { uid, size } = fstatSync(descriptor);
    const readable =
      fstatSync(descriptor).isFile() && size <= fileLimit && (account === 0 || account === uid);
    if (!readable) return undefined;
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(descriptor, bytes));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
