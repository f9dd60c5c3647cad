/**
 * libxcb through koffi. Not libX11, which ends the process when its server goes away (XSetIOErrorHandler): libxcb only
 * answers that the connection is broken. Whatever waits for the server is called on another thread.
 */
import { HoldfastError } from '@holdfast/contract';
import type * as Koffi from 'koffi';
import { loadKoffi } from '../shared/koffi.ts';

/** An address. */
export type Pointer = bigint;

export type Xcb = {
  /** Takes over the socket whatever comes of it. `authorization` names the rule and holds its secret. */
  connect(socket: number, authorization: Authorization | undefined): Promise<Pointer>;
  /** 0 while the connection stands. */
  hasError(connection: Pointer): number;
  /** The server's answer to the connection. */
  setup(connection: Pointer): Buffer;
  /** Undefined where the window is none, or the connection broke. */
  size(connection: Pointer, window: number): Promise<Size | undefined>;
  image(
    connection: Pointer,
    window: number,
    size: Size,
    into: (pixels: Uint8Array) => void,
  ): Promise<boolean>;
  disconnect(connection: Pointer): void;
};

export type Size = { readonly width: number; readonly height: number };

export type Authorization = { readonly name: string; readonly secret: Buffer };

/** XCB_IMAGE_FORMAT_Z_PIXMAP; every bit of a pixel. */
const wholePixels = 2;
const allPlanes = 0xffff_ffff;
/** xcb_auth_info_t on 64 bits: two pairs of length and pointer. */
const authorizationLength = 32;

/** @throws HoldfastError `screen.failed` where the library cannot be loaded */
export function bindXcb(packagesOf: string | undefined): Xcb {
  try {
    return bind(loadKoffi(packagesOf));
  } catch (thrown) {
    throw new HoldfastError('screen.failed', 'The library of X11 clients, libxcb.so.1, cannot be loaded.', {
      cause: thrown,
    });
  }
}

type Native = ReturnType<typeof nativeCalls>;

function nativeCalls(koffi: typeof Koffi) {
  const library = koffi.load('libxcb.so.1');
  const cookie = koffi.struct({ sequence: 'uint32' });
  return {
    connect: library.func('void *xcb_connect_to_fd(int socket, void *authorization)'),
    hasError: library.func('int xcb_connection_has_error(void *connection)'),
    setup: library.func('void *xcb_get_setup(void *connection)'),
    askSize: library.func('xcb_get_geometry', cookie, ['void *', 'uint32']),
    size: library.func('xcb_get_geometry_reply', 'void *', ['void *', cookie, 'void *']),
    askImage: library.func('xcb_get_image', cookie, [
      ...['void *', 'uint8', 'uint32', 'int16', 'int16', 'uint16', 'uint16', 'uint32'],
    ]),
    image: library.func('xcb_get_image_reply', 'void *', ['void *', cookie, 'void *']),
    imageLength: library.func('int xcb_get_image_data_length(void *reply)'),
    imageData: library.func('void *xcb_get_image_data(void *reply)'),
    flush: library.func('int xcb_flush(void *connection)'),
    disconnect: library.func('void xcb_disconnect(void *connection)'),
    free: koffi.load(null).func('void free(void *memory)'),
    /** Memory as it stands, to be copied before it is given back. */
    memory: (at: Pointer, length: number) => new Uint8Array(koffi.view(at, length)),
    address: (of: Buffer): Pointer => koffi.address(of),
  };
}

function bind(koffi: typeof Koffi): Xcb {
  const native = nativeCalls(koffi);
  return {
    connect: (socket, authorization) => connect(native, socket, authorization),
    hasError: native.hasError,
    setup(connection) {
      const at: Pointer = native.setup(connection);
      // Eight bytes, of which the last two say how many times four follow.
      const follow = Buffer.from(native.memory(at, 8)).readUInt16LE(6) * 4;
      return Buffer.from(native.memory(at, 8 + follow));
    },
    size: (connection, window) =>
      replied(native, native.size, connection, native.askSize(connection, window), (reply) => {
        const bytes = Buffer.from(native.memory(reply, 20));
        return { width: bytes.readUInt16LE(16), height: bytes.readUInt16LE(18) };
      }),
    async image(connection, window, { width, height }, into) {
      const asked = native.askImage(connection, wholePixels, window, 0, 0, width, height, allPlanes);
      const length = width * height * 4;
      const read = await replied(native, native.image, connection, asked, (reply) => {
        if (native.imageLength(reply) < length) return false;
        into(native.memory(native.imageData(reply), length));
        return true;
      });
      return read === true;
    },
    disconnect: native.disconnect,
  };
}

async function connect(
  native: Native,
  socket: number,
  authorization: Authorization | undefined,
): Promise<Pointer> {
  const information = authorization && authorizationBlock(native, authorization);
  const connection = await onThread<Pointer>(native.connect, socket, information ?? null);
  information?.fill(0);
  return connection;
}

/** One block, because the other thread reads it while nothing here holds its parts: xcb_auth_info_t, name, secret. */
function authorizationBlock(native: Native, { name, secret }: Authorization): Buffer {
  const block = Buffer.concat([Buffer.alloc(authorizationLength), Buffer.from(name), secret]);
  const nameAt = native.address(block) + BigInt(authorizationLength);
  block.writeInt32LE(Buffer.byteLength(name), 0);
  block.writeBigUInt64LE(nameAt, 8);
  block.writeInt32LE(secret.length, 16);
  block.writeBigUInt64LE(nameAt + BigInt(Buffer.byteLength(name)), 24);
  return block;
}

/** What `use` makes of the reply, which is then given back; undefined where the answer is an error, or none came. */
async function replied<T>(
  native: Native,
  wait: Koffi.KoffiFunc<(...words: unknown[]) => Pointer | null>,
  connection: Pointer,
  cookie: unknown,
  use: (reply: Pointer) => T,
): Promise<T | undefined> {
  const error = Buffer.alloc(8);
  const reply = await onThread<Pointer | null>(wait, connection, cookie, error);
  const errorAt = error.readBigUInt64LE();
  if (errorAt !== 0n) native.free(errorAt);
  if (reply === null) return undefined;
  try {
    return use(reply);
  } finally {
    native.free(reply);
  }
}

/** A call on another thread: whatever waits for another program must not hold up this one. */
function onThread<T>(call: Koffi.KoffiFunc<(...words: unknown[]) => T>, ...words: unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    call.async(...words, (failure: unknown, answer: T) => {
      if (failure) reject(failure);
      else resolve(answer);
    });
  });
}
