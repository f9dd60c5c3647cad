/** Reading through a source of bytes with read-ahead, a cabinet's errors where it ends too early. */
import { HoldfastError } from '@holdfast/contract';
import type { ByteSource } from '../source.ts';
import { cabinetLimits } from './limits.ts';

/** Reads through a source with read-ahead. What `view` answers is valid until it is called again. */
export type SourceWindow = {
  readonly size: number;
  /** Exactly these bytes; `cab.invalid` where the source ends before them. */
  view(position: number, length: number): Promise<Uint8Array>;
};

async function readAll(source: ByteSource, position: number, length: number): Promise<Uint8Array> {
  const first = await source.read(position, length);
  if (first.length >= length) return first;
  const whole = new Uint8Array(length);
  whole.set(first);
  for (let filled = first.length; filled < length; ) {
    const more = await source.read(position + filled, length - filled);
    if (more.length === 0) throw tooShort(position + filled);
    whole.set(more, filled);
    filled += more.length;
  }
  return whole;
}

function tooShort(size: number): HoldfastError {
  return new HoldfastError('cab.invalid', `The cabinet is cut off: it ends after ${size} bytes.`, {
    details: { size },
  });
}

export function sourceWindow(source: ByteSource, readBytes: number = cabinetLimits.readBytes): SourceWindow {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);
  return {
    size: source.size,
    async view(position, length) {
      if (length < 0 || position + length > source.size) throw tooShort(source.size);
      if (position < start || position + length > start + held.length) {
        held = await readAll(source, position, Math.min(Math.max(length, readBytes), source.size - position));
        start = position;
      }
      return held.subarray(position - start, position - start + length);
    },
  };
}

export type WindowOf = (source: ByteSource) => SourceWindow;

/** The last window is kept: folders that lie beside each other share what was read ahead. */
export function windowsBySource(): WindowOf {
  let last: { readonly source: ByteSource; readonly window: SourceWindow } | undefined;
  return (source) => {
    if (last?.source !== source) last = { source, window: sourceWindow(source) };
    return last.window;
  };
}
