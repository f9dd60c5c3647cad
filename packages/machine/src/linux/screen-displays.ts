/** X displays of this machine: their sockets, what serves them, and the secret that opens them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cookieOf } from './screen-authority.ts';
import type { Authorization } from './screen-xcb.ts';

export type XDisplay = { readonly number: number; readonly socket: string };

/** Who listens at a socket, as the kernel tells it. */
export type XServer = { readonly pid: number; readonly account: number };

export type DisplayPlaces = {
  /** Folder of the sockets `X0`, `X1`, ... */
  readonly sockets: string;
  /** Folder of each account's folder for its session. */
  readonly runtime: string;
  readonly processes: string;
};

export const systemPlaces: DisplayPlaces = {
  sockets: '/tmp/.X11-unix',
  runtime: '/run/user',
  processes: '/proc',
};

/** Number of a display of this machine (`:0`, `:1.0`, `unix:0`); undefined for any other, as ssh forwards them. */
export function localDisplay(name: string): number | undefined {
  const [, number] = /^(?:unix)?:(\d{1,5})(?:\.\d{1,3})?$/.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** The display that was named, or all whose socket is there; lowest number first. */
export function displaysAt(places: DisplayPlaces, named: string | undefined): readonly XDisplay[] {
  const number = named === undefined ? undefined : localDisplay(named);
  return namesIn(places.sockets)
    .flatMap((name) => {
      const [, digits] = /^X(\d{1,5})$/.exec(name) ?? [];
      return digits === undefined ? [] : [{ number: Number(digits), socket: join(places.sockets, name) }];
    })
    .filter((display) => number === undefined || display.number === number)
    .sort((one, other) => one.number - other.number);
}

/** Whether an account has a Wayland session: its X server, if any, has the windows of X11 programs only, no screen. */
export function hasWayland(places: DisplayPlaces, account: number | undefined): boolean {
  const accounts = account === undefined ? namesIn(places.runtime) : [String(account)];
  return accounts.some((name) =>
    namesIn(join(places.runtime, name)).some((entry) => /^wayland-\d+$/.test(entry)),
  );
}

/** The account that a socket belongs to; undefined where it has just gone. */
export function ownerOf({ socket }: XDisplay): number | undefined {
  try {
    return statSync(socket).uid;
  } catch {
    return undefined;
  }
}

/** Whether this server has no screen of its own, but hands windows to a Wayland session: `Xwayland -rootless`. */
export function isRootless(places: DisplayPlaces, server: XServer): boolean {
  const [program = '', ...words] = textOf(places, server.pid, 'cmdline').split('\0');
  return basename(program) === 'Xwayland' && words.includes('-rootless');
}

/**
 * The secret for a display: of the file that was named, or that its server was started with, or that a program of the
 * session uses. Root sees them all, another account its own.
 */
export function authorizationFor(
  places: DisplayPlaces,
  display: XDisplay,
  server: XServer,
  named: string | undefined,
): Authorization | undefined {
  const files = function* () {
    if (named !== undefined) yield named;
    yield* serverFile(places, server);
    yield* sessionFiles(places, display, server);
  };
  for (const file of new Set(files())) {
    const cookie = cookieOf(file, display.number, server.account);
    if (cookie) return cookie;
  }
  return undefined;
}

/** Xserver(1), `-auth`. */
function serverFile(places: DisplayPlaces, { pid }: XServer): readonly string[] {
  const words = textOf(places, pid, 'cmdline').split('\0');
  const file = words[words.indexOf('-auth') + 1];
  return words.includes('-auth') && file?.startsWith('/') ? [file] : [];
}

function* sessionFiles(places: DisplayPlaces, display: XDisplay, server: XServer): Generator<string> {
  for (const pid of namesIn(places.processes).filter((name) => /^\d+$/.test(name))) {
    if (server.account !== 0 && accountOf(places, pid) !== server.account) continue;
    const variables = new Map(
      textOf(places, pid, 'environ')
        .split('\0')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    if (localDisplay(variables.get('DISPLAY') ?? '') !== display.number) continue;
    const home = variables.get('HOME');
    const file = variables.get('XAUTHORITY') ?? (home && join(home, '.Xauthority'));
    if (file?.startsWith('/')) yield file;
  }
}

function accountOf(places: DisplayPlaces, pid: string): number | undefined {
  try {
    return statSync(join(places.processes, pid)).uid;
  } catch {
    return undefined;
  }
}

/** A file of a process; empty where it has ended, or is not ours to look into. */
function textOf(places: DisplayPlaces, pid: number | string, name: string): string {
  const path = join(places.processes, String(pid), name);
  try {
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  } catch {
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
