/** Remote sessions of Windows: those of Remote Desktop that are connected. Source: wtsapi32.h. */
import { systemError } from '@holdfast/contract';
import type { RemoteSession, Sessions } from '@holdfast/ports';
import { loadKoffi, win32 } from './win32.ts';

/** WTS_SESSION_INFOW: number, pointer to the name of the station, state. */
const sessionInfo = { length: 24, id: 0, state: 16 } as const;
/** WTSActive: somebody is connected; one that is only disconnected waits without anybody. */
const active = 0;
/** WTS_INFO_CLASS */
const information = { userName: 5, protocol: 16 } as const;
/** WTSClientProtocolType: 0 is the machine's own screen, 2 RDP. */
const kinds: Readonly<Record<number, string>> = { 1: 'remote-desktop', 2: 'remote-desktop' };

/** Numbers of the sessions that somebody is connected to. */
export function activeSessions(block: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + sessionInfo.length <= block.length; at += sessionInfo.length) {
    if (block.readInt32LE(at + sessionInfo.state) === active)
      found.push(block.readUInt32LE(at + sessionInfo.id));
  }
  return found;
}

type Calls = {
  enumerate(server: null, zero: number, version: number, sessions: Buffer, count: Buffer): boolean;
  query(server: null, session: number, kind: number, answer: Buffer, bytes: Buffer): boolean;
  free(memory: bigint): void;
  /** Bytes of memory that Windows has given. */
  copy(memory: bigint, length: number): Buffer;
};

let bound: Calls | undefined;

function bind(): Calls {
  const koffi = loadKoffi();
  const library = koffi.load('wtsapi32.dll');
  return {
    enumerate: library.func(
      'bool WTSEnumerateSessionsW(void *server, uint32 zero, uint32 version, void *sessions, void *count)',
    ),
    query: library.func(
      'bool WTSQuerySessionInformationW(void *server, uint32 session, int kind, void *answer, void *bytes)',
    ),
    free: library.func('void WTSFreeMemory(void *memory)'),
    copy: (memory, length) => Buffer.from(new Uint8Array(koffi.view(memory, length))),
  };
}

function sessionCalls(): Calls {
  bound ??= bind();
  return bound;
}

export function windowsSessions(): Sessions {
  return {
    remote: async () => activeSessions(allSessions()).flatMap((id) => remoteSession(id) ?? []),
  };
}

function allSessions(): Buffer {
  const calls = sessionCalls();
  const [sessions, count] = [Buffer.alloc(8), Buffer.alloc(4)];
  if (!calls.enumerate(null, 0, 1, sessions, count)) {
    throw systemError(win32().lastError(), 'Windows does not tell who works on it');
  }
  return taken(calls, sessions.readBigUInt64LE(), count.readUInt32LE() * sessionInfo.length);
}

/** Undefined for a session at the machine itself, and for one that has just ended. */
function remoteSession(id: number): RemoteSession | undefined {
  const protocol = queried(id, information.protocol);
  const kind = protocol && protocol.length >= 2 ? kinds[protocol.readUInt16LE()] : undefined;
  return kind === undefined ? undefined : { kind, user: sessionUser(id) };
}

/** The account that a session is of. */
export function sessionUser(id: number): string {
  const name = queried(id, information.userName)?.toString('utf16le').split('\0', 1).join('');
  return name || 'unknown';
}

function queried(id: number, kind: number): Buffer | undefined {
  const calls = sessionCalls();
  const [answer, bytes] = [Buffer.alloc(8), Buffer.alloc(4)];
  if (!calls.query(null, id, kind, answer, bytes)) return undefined;
  return taken(calls, answer.readBigUInt64LE(), bytes.readUInt32LE());
}

/** A copy of memory that Windows has given, which is then given back. */
function taken(calls: Calls, memory: bigint, length: number): Buffer {
  if (memory === 0n) return Buffer.alloc(0);
  try {
    return calls.copy(memory, length);
  } finally {
    calls.free(memory);
  }
}
