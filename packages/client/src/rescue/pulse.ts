/** The pulse: a small file in the state folder by which the main loop of the client shows that it goes on. */
import { HoldfastError } from '@holdfast/contract';
import { readWhole, removeIfThere, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { jsonReader } from '../site.ts';

export const pulseName = 'pulse';

/** Milliseconds between two writings: more would wear a disk out, less would tell of a death too late. */
export const pulseEveryMs = 60_000;

/** Bytes of the longest pulse that is read. */
const pulseLimit = 4 * 1024;

const Milliseconds = Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const Pulse = Type.Object({
  /** The boot that the times of being awake belong to. */
  bootId: Type.String({ minLength: 1, maxLength: 64 }),
  /** When the loop began, and when it last went on: milliseconds that the machine was awake since its start. */
  sinceMs: Milliseconds,
  awakeMs: Milliseconds,
  /** Wall clock; to show, never to reckon with. */
  wall: Type.Number(),
  pid: Type.Integer({ minimum: 0 }),
  version: Type.String({ maxLength: 40 }),
});
export type Pulse = Static<typeof Pulse>;

/**
 * Replaces the pulse. It is not made durable: it says something about this boot alone, and a flush each minute would wear
 * a disk out, and keep it from resting, for nothing.
 */
export async function writePulse(state: Folder, pulse: Pulse): Promise<void> {
  const fresh = `${pulseName}.new`;
  await removeIfThere(state, fresh);
  await withOpen(state.create(fresh), (file) => file.write(0, Buffer.from(JSON.stringify(pulse), 'utf8')));
  await state.rename(fresh, { name: pulseName });
}

const readPulseText = jsonReader(Pulse, 'pulse');

/** Undefined where there is none that could be read: its file is not made durable, a power cut may leave anything of it. */
export async function readPulse(state: Folder): Promise<Pulse | undefined> {
  try {
    const bytes = await readWhole(state, pulseName, pulseLimit);
    return readPulseText(Buffer.from(bytes).toString('utf8'));
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return undefined;
    throw thrown;
  }
}
