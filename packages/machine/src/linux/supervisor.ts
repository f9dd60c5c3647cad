/** systemd as the one who watches this process: sd_notify(3) and sd_watchdog_enabled(3). */
import { execFile } from 'node:child_process';
import { endianness } from 'node:os';
import type { Supervisor } from '@holdfast/ports';
import { loadKoffi } from '../shared/koffi.ts';

/** Sends one message to the manager; what cannot be sent is lost, and the next sign of life says the same. */
export type Notify = (message: string) => void;

/** The environment that systemd gives a service. It is taken out, so that no program of ours speaks in its name. */
type Environment = Record<string, string | undefined>;

/**
 * The supervisor of this process; undefined where nobody watches it.
 * @param notifier how messages are sent; by the kernel's socket call unless given
 */
export function systemdSupervisor(
  environment: Environment = process.env,
  notifier: (socket: string) => Notify & { close?: () => void } = socketNotifier,
): Supervisor | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: patience, WATCHDOG_PID: meant } = environment;
  delete environment.NOTIFY_SOCKET;
  delete environment.WATCHDOG_USEC;
  delete environment.WATCHDOG_PID;
  // Other kinds of sockets (vsock) are those of virtual machines: a service is given a path or an abstract name.
  if (socket === undefined || !/^[/@]./.test(socket)) return undefined;
  const notify = notifier(socket);
  const watched = meant === undefined || meant === String(process.pid);
  const patienceUs = watched && /^\d{1,15}$/.test(patience ?? '') ? Number(patience) : 0;
  return {
    patienceMs: patienceUs > 0 ? patienceUs / 1000 : null,
    ready: () => notify('READY=1'),
    alive: () => notify('WATCHDOG=1'),
    // A line of its own is another message to systemd.
    status: (text) => notify(`STATUS=${text.replace(/\p{Cc}+/gu, ' ').slice(0, 200)}`),
    stopping: () => notify('STOPPING=1'),
    close: () => notify.close?.(),
  };
}

/** By a call of the C library; by systemd-notify(1), a process for each message, where that cannot be had. */
function socketNotifier(socket: string): Notify {
  try {
    return datagrams(socket);
  } catch {
    return (message) => notifyByProgram(socket, message);
  }
}

/** unix(7), socket(2), send(2). The numbers of the flags are those of the kernel's common table, x86-64 and arm64 alike. */
const unixFamily = 1;
const datagramCloseOnExec = 2 | 0o2000000;
const dontWaitNoSignal = 0x40 | 0x4000;
/** Bytes of `sun_path`. */
const longestAddress = 108;

/** Node has no unix datagram sockets. */
function datagrams(socket: string): Notify & { close: () => void } {
  const address = socketAddress(socket);
  const library = loadKoffi().load(null);
  const open = library.func('int socket(int domain, int type, int protocol)');
  const send = library.func(
    'long sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32 size)',
  );
  const close = library.func('int close(int fd)');
  const descriptor: number = open(unixFamily, datagramCloseOnExec, 0);
  if (descriptor < 0) throw new Error('no socket is to be had');
  const notify = (message: string) => {
    const data = Buffer.from(message, 'utf8');
    send(descriptor, data, data.length, dontWaitNoSignal, address, address.length);
  };
  return Object.assign(notify, { close: () => void close(descriptor) });
}

/** `sockaddr_un`; an abstract name begins with a zero byte where its text has an `@`. */
export function socketAddress(socket: string): Buffer {
  const name = Buffer.from(socket, 'utf8');
  if (name.length >= longestAddress) throw new Error('the name of the socket is too long');
  const abstract = name[0] === 0x40;
  if (abstract) name[0] = 0;
  const address = Buffer.alloc(2 + name.length + (abstract ? 0 : 1));
  if (endianness() === 'LE') address.writeUInt16LE(unixFamily);
  else address.writeUInt16BE(unixFamily);
  name.copy(address, 2);
  return address;
}

/** As root it may speak for the process that started it, which is the one that systemd listens to. */
function notifyByProgram(socket: string, message: string): void {
  execFile(
    'systemd-notify',
    [`--pid=${process.pid}`, message],
    { env: { ...process.env, NOTIFY_SOCKET: socket }, timeout: 5_000 },
    () => undefined,
  );
}
