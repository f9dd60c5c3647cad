/** The screen of a Linux machine: that of its X server. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Screen } from '@holdfast/ports';
import { connectX, type XConnection } from './screen-connection.ts';
import {
  authorizationFor,
  type DisplayPlaces,
  displaysAt,
  hasWayland,
  isRootless,
  localDisplay,
  ownerOf,
  systemPlaces,
  type XDisplay,
} from './screen-displays.ts';
import { bindSockets, type Sockets } from './screen-socket.ts';
import { bindXcb, type Xcb } from './screen-xcb.ts';

export type X11ScreenOptions = {
  /** As `DISPLAY` says it. Where it names none of this machine, the lowest display that can be read is taken. */
  readonly display?: string;
  /** As `XAUTHORITY` says it: file with the secret of that display. */
  readonly authority?: string;
  /** Path or file URL of the module beside whose packages koffi lies. */
  readonly packagesOf?: string;
  /** Milliseconds for each answer of the X server; 5,000 unless given. */
  readonly patienceMs?: number;
  readonly places?: DisplayPlaces;
};

type Setting = X11ScreenOptions & { readonly places: DisplayPlaces; readonly patienceMs: number };
type Native = { readonly sockets: Sockets; readonly xcb: Xcb };
type Opened = { readonly name: string; readonly connection: XConnection };
/** Why there is no screen to be read. */
type Nothing = { readonly nothing: string };

const noScreen = 'No X server runs here.';
const wayland = 'A Wayland session runs here: it shows its screen to no X11 program.';

/** A connection that is made or being made. */
type Current = { readonly made: Promise<Opened | Nothing>; leave(): void };

/** Nothing is loaded before there is an X server, nor connected before the first call; `close` gives it back. */
export function x11Screen(options: X11ScreenOptions = {}): Screen {
  const setting: Setting = { places: systemPlaces, patienceMs: 5_000, ...options };
  let native: Native | undefined;
  let current: Current | undefined;

  const load = (): Native => {
    native ??= { sockets: bindSockets(setting.packagesOf), xcb: bindXcb(setting.packagesOf) };
    return native;
  };
  const close = () => {
    current?.leave();
    current = undefined;
  };
  /** Uses the connection. One that fails is given back, and nothing is not remembered: the next call looks anew. */
  const using = async <T>(use: (made: Opened | Nothing) => Promise<T>): Promise<T> => {
    const mine = current ?? leavable(openFirst(setting, load));
    current = mine;
    let keep = false;
    try {
      const made = await mine.made;
      const answer = await use(made);
      keep = 'connection' in made;
      return answer;
    } finally {
      if (!keep && current === mine) close();
    }
  };

  return {
    display: () =>
      using(async (made) =>
        'nothing' in made ? undefined : { name: made.name, ...(await made.connection.size()) },
      ),
    capture: () =>
      using(async (made) => {
        if ('nothing' in made) throw new HoldfastError('screen.none', made.nothing);
        return made.connection.capture();
      }),
    close,
  };
}

/** What is left before it is made ends as soon as it is. */
function leavable(opening: Promise<Opened | Nothing>): Current {
  let connection: XConnection | undefined;
  let isLeft = false;
  const made = opening.then((answer) => {
    if ('connection' in answer) connection = answer.connection;
    if (isLeft) connection?.close();
    return answer;
  });
  return {
    made,
    leave() {
      isLeft = true;
      connection?.close();
    },
  };
}

async function openFirst(setting: Setting, load: () => Native): Promise<Opened | Nothing> {
  const { places, display: named } = setting;
  const isHere = named !== undefined && localDisplay(named) !== undefined;
  const displays = displaysAt(places, isHere ? named : undefined);
  const met: (Nothing | HoldfastError)[] = [];
  for (const display of displays) {
    const meeting = await meet(display, load(), setting).catch((thrown: unknown) => {
      if (isHoldfastError(thrown)) return thrown;
      throw thrown;
    });
    if (meeting && 'connection' in meeting) return meeting;
    if (meeting) met.push(meeting);
  }
  const failure = met.find((meeting) => meeting instanceof HoldfastError);
  if (failure) throw failure;
  const nothing = hasWayland(places, undefined) ? wayland : noScreen;
  return met.find((meeting) => 'nothing' in meeting) ?? { nothing };
}

/** Undefined where nobody listens: a server that was killed leaves its socket behind. */
async function meet(
  display: XDisplay,
  { sockets, xcb }: Native,
  { places, patienceMs, authority }: Setting,
): Promise<Opened | Nothing | undefined> {
  // Looked at first: connecting to such a socket would start an X server that nobody asked for.
  if (hasWayland(places, ownerOf(display) ?? -1)) return { nothing: wayland };
  const socket = sockets(display.socket);
  if (socket === undefined) return undefined;
  if (isRootless(places, socket.server)) {
    socket.close();
    return { nothing: wayland };
  }
  const cookie = authorizationFor(places, display, socket.server, authority);
  return { name: `:${display.number}`, connection: await connectX(xcb, socket, cookie, patienceMs) };
}
