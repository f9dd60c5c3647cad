/** The screen of a simulated machine: none, as on a server, until a test draws on one. */
import { HoldfastError } from '@holdfast/contract';
import type { Frame, Screen } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';

export type SimulatedScreen = {
  /** What it shows from now on; undefined takes the screen away, as the end of a session does. */
  show(picture: Frame | undefined): void;
  /** From now on it cannot be read, for this reason; undefined takes that back. */
  fail(reason: string | undefined): void;
  /** From now on nobody who asks is answered; `false` takes that back. */
  hang(hangs: boolean): void;
  /** How many drivers that still run have taken something of it and not given it back. */
  holders(): number;
  /** The machine starts again: nobody is signed in, and whoever held something is no more. */
  restart(): void;
  port(calls: Calls, life: Life): Screen;
};

const name = ':0';

export function simulatedScreen(): SimulatedScreen {
  let shown: Frame | undefined;
  let failure: string | undefined;
  let hangs = false;
  const held = new Map<Screen, Life>();

  /** Looks as a driver does, which holds its connection from then on. */
  function look<T>(holder: Screen, life: Life, seen: (picture: Frame | undefined) => T): T | Promise<T> {
    if (hangs) return new Promise<T>(() => undefined);
    if (failure !== undefined) throw new HoldfastError('screen.failed', failure);
    if (shown !== undefined) held.set(holder, life);
    return seen(shown);
  }

  return {
    show(picture) {
      // What was drawn stays, whatever becomes of the memory that it was drawn from.
      shown = picture && { ...picture, pixels: new Uint8Array(picture.pixels) };
      if (picture === undefined) held.clear();
    },
    fail(reason) {
      failure = reason;
    },
    hang(stops) {
      hangs = stops;
    },
    holders: () => [...held.values()].filter(({ alive }) => alive).length,
    restart() {
      shown = undefined;
      held.clear();
    },
    port(calls, life) {
      const screen: Screen = {
        display: () =>
          calls.call(life, 'screen.display', [], () =>
            look(
              screen,
              life,
              (picture) => picture && { name, width: picture.width, height: picture.height },
            ),
          ),
        capture: () =>
          calls.call(life, 'screen.capture', [], () =>
            look(screen, life, (picture) => {
              if (!picture) throw new HoldfastError('screen.none', 'Nobody is signed in at this machine.');
              return { ...picture, pixels: new Uint8Array(picture.pixels) };
            }),
          ),
        close: () => void calls.ask(life, 'screen.close', [], () => held.delete(screen)),
      };
      return screen;
    },
  };
}
