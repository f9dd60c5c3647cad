/** What every request to the management point passes: does the site still answer this wire? */
import { HoldfastError, type Wire, wires } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { getSetting } from '../store/settings.ts';

export type WireGate = {
  /** The oldest wire that is answered. */
  oldest(): Wire;
  set(oldest: Wire): void;
  /** @throws HoldfastError `wire.retired` */
  admit(wire: Wire): void;
};

export const oldestSetting = 'wires.oldest';

/** Read once: every request passes it. */
export async function openWireGate(store: Kysely<Schema>): Promise<WireGate> {
  const kept = Number(await getSetting(store, oldestSetting));
  let oldest: Wire = wires.find((wire) => wire === kept) ?? 1;
  return {
    oldest: () => oldest,
    set(wire) {
      oldest = wire;
    },
    admit(wire) {
      if (wire >= oldest) return;
      throw new HoldfastError('wire.retired', `This site does not answer wire ${wire} any more.`, {
        details: { wire, oldest },
      });
    },
  };
}
