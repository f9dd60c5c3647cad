/**
 * How much memory a case asks for outside of the JavaScript heap. Every buffer that code asks for by length is
 * counted when it is asked for, so a peak between two looks cannot hide; when a third of the limit was asked for since the
 * last look, garbage is collected and what is still alive is looked at. (The heap itself is kept in bounds by the limits of
 * the worker that runs the cases.)
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BrokenPromise } from './target.ts';

/** Bytes above those of the input. */
export const mostBytes = 64 * 1024 * 1024;
const lookEvery = mostBytes / 4;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let allowed = Number.POSITIVE_INFINITY;
let sinceLook = 0;
let before = 0;

/** Begins a case with so many bytes of input. */
export function meterCase(inputBytes: number): void {
  allowed = mostBytes + inputBytes;
  if (sinceLook > lookEvery / 2) look();
  sinceLook = 0;
}

function look(): number {
  collectGarbage();
  sinceLook = 0;
  return process.memoryUsage().arrayBuffers;
}

function asked(bytes: number): void {
  if (bytes > allowed) throw new BrokenPromise(`it asks for ${bytes} bytes at once`);
  sinceLook += bytes;
  if (sinceLook < lookEvery) return;
  const alive = look() - before + lookEvery;
  if (alive > allowed) throw new BrokenPromise(`it holds ${alive} bytes`);
}

type Maker = new (...words: never[]) => { readonly byteLength: number };

function metered<Made extends Maker>(maker: Made, unit: number): Made {
  return new Proxy(maker, {
    construct(target, words, newTarget) {
      const [first] = words;
      if (typeof first === 'number' && first >= 1024) asked(first * unit);
      return Reflect.construct(target, words, newTarget);
    },
  });
}

/** Begins to count, in this thread. */
export function startMeter(): void {
  globalThis.ArrayBuffer = metered(ArrayBuffer, 1);
  globalThis.Uint8Array = metered(Uint8Array, 1);
  globalThis.Uint16Array = metered(Uint16Array, 2);
  globalThis.Int32Array = metered(Int32Array, 4);
  globalThis.Uint32Array = metered(Uint32Array, 4);
  globalThis.Float64Array = metered(Float64Array, 8);
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const) {
    const make = Buffer[name].bind(Buffer);
    Buffer[name] = (size: number, ...rest: never[]) => {
      if (size >= 1024) asked(size);
      return make(size, ...rest);
    };
  }
  before = look();
}
