/** A socket of our own to an X server: what it is told by can be cut off, whatever waits for an answer. */

import { loadKoffi } from '../shared/koffi.ts';
import type { XServer } from './screen-displays.ts';

export type LocalSocket = {
  readonly descriptor: number;
  readonly server: XServer;
  /** Ends all waiting for it, on every thread. Still has to be closed. */
  cutOff(): void;
  /** Not needed once another has taken it over. */
  close(): void;
};

/** Numbers of the Linux ABI, the same on x64 and arm64. Source: socket(2), unix(7), shutdown(2). */
const unixFamily = 1;
const stream = 1;
const closeOnExec = 0o2_000_000;
const nonBlocking = 0o4_000;
const socketLevel = 1;
const peerCredentials = 17;
const bothWays = 2;
/** sockaddr_un: a family of two bytes, then a path of 108 with its end. */
const pathLimit = 107;

export type Sockets = (path: string) => LocalSocket | undefined;

/** @throws what koffi says where it cannot be loaded */
export function bindSockets(packagesOf: string | undefined): Sockets {
  const library = loadKoffi(packagesOf).load(null);
  const calls = {
    socket: library.func('int socket(int family, int kind, int protocol)'),
    connect: library.func('int connect(int socket, void *address, uint32 length)'),
    option: library.func('int getsockopt(int socket, int level, int name, void *value, void *length)'),
    shutdown: library.func('int shutdown(int socket, int how)'),
    close: library.func('int close(int socket)'),
  };
  /** Process, account and group of who listens: struct ucred. */
  function serverOf(descriptor: number): XServer | undefined {
    const [credentials, length] = [Buffer.alloc(12), Buffer.alloc(4)];
    length.writeInt32LE(credentials.length);
    if (calls.option(descriptor, socketLevel, peerCredentials, credentials, length) !== 0) return undefined;
    return { pid: credentials.readInt32LE(), account: credentials.readUInt32LE(4) };
  }
  return (path) => {
    if (Buffer.byteLength(path) > pathLimit) return undefined;
    const address = Buffer.alloc(pathLimit + 3);
    address.writeUInt16LE(unixFamily);
    address.write(path, 2);
    const descriptor: number = calls.socket(unixFamily, stream | closeOnExec | nonBlocking, 0);
    if (descriptor < 0) return undefined;
    const close = () => void calls.close(descriptor);
    // It never waits: a server that has no room for one more answers at once too.
    const connected = calls.connect(descriptor, address, address.length) === 0;
    const server = connected ? serverOf(descriptor) : undefined;
    if (server === undefined) {
      close();
      return undefined;
    }
    return { descriptor, server, cutOff: () => void calls.shutdown(descriptor, bothWays), close };
  };
}
