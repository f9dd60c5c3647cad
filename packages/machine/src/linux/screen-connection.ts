/** One connection to an X server whose screen is looked at; every wait for the server is bounded. */
import { HoldfastError } from '@holdfast/contract';
import type { Frame } from '@holdfast/ports';
import { inOrder, rootWindow } from './screen-setup.ts';
import type { LocalSocket } from './screen-socket.ts';
import type { Authorization, Pointer, Size, Xcb } from './screen-xcb.ts';

export type XConnection = {
  size(): Promise<Size>;
  /** @throws HoldfastError `screen.failed` */
  capture(): Promise<Frame>;
  close(): void;
};

/** Bytes of one picture: a screen of 8192 by 8192 pixels. Nobody's memory is to follow from a number that was sent. */
const frameLimit = 268_435_456;
/** A screen that is turned or given another monitor between the two questions makes the second fail once. */
const attempts = 2;

const failed = (what: string, details = {}) =>
  new HoldfastError('screen.failed', `The X server ${what}.`, { details });

/**
 * Connects over a socket, which it takes over.
 * @param patienceMs milliseconds for each answer, after which the connection is cut off
 * @throws HoldfastError `screen.failed`
 */
export async function connectX(
  xcb: Xcb,
  socket: LocalSocket,
  authorization: Authorization | undefined,
  patienceMs: number,
): Promise<XConnection> {
  const bounded = <T>(work: Promise<T>) => within(work, patienceMs, socket.cutOff);
  const connection = await bounded(xcb.connect(socket.descriptor, authorization));
  /** Calls that another thread makes: the memory of the connection must outlive them. */
  let running = 0;
  let closing = false;
  let closed = false;
  const closeIdle = () => {
    if (!closing || running > 0 || closed) return;
    closed = true;
    xcb.disconnect(connection);
  };
  const close = () => {
    closing = true;
    if (running > 0) socket.cutOff();
    closeIdle();
  };
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    if (closing) throw failed('was left');
    running += 1;
    try {
      return await bounded(question());
    } finally {
      running -= 1;
      closeIdle();
    }
  };
  try {
    if (xcb.hasError(connection) !== 0) throw failed('let nobody in, or ended before it answered');
    const root = rootWindow(xcb.setup(connection));
    return reader(xcb, connection, root, ask, close);
  } catch (thrown) {
    close();
    throw thrown;
  }
}

type Ask = <T>(question: () => Promise<T>) => Promise<T>;

function reader(
  xcb: Xcb,
  connection: Pointer,
  root: ReturnType<typeof rootWindow>,
  ask: Ask,
  close: () => void,
): XConnection {
  async function size(): Promise<Size> {
    const found = await ask(() => xcb.size(connection, root.id));
    if (found === undefined) throw failed('did not tell the size of its screen');
    const { width, height } = found;
    if (width * height * 4 > frameLimit) throw failed('has a screen too large to be read', { width, height });
    return found;
  }
  return {
    size,
    async capture() {
      for (let attempt = 1; ; attempt += 1) {
        const { width, height } = await size();
        let pixels: Uint8Array = new Uint8Array();
        const take = (read: Uint8Array) => {
          pixels = inOrder(read, root.pixel);
        };
        if (await ask(() => xcb.image(connection, root.id, { width, height }, take))) {
          return { width, height, pixels };
        }
        if (xcb.hasError(connection) !== 0) throw failed('went away before the picture was read');
        if (attempt === attempts) throw failed('gave no picture of its screen');
      }
    },
    close,
  };
}

/** The end of work, which is cut off when it takes too long: it then ends soon, in an error or an answer come late. */
async function within<T>(work: Promise<T>, patienceMs: number, cutOff: () => void): Promise<T> {
  const timer = setTimeout(cutOff, patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
