/** What chance decides: through which Windows the machine goes, how each first boot is, and what set-up leaves behind. */
import type { Random } from '../../world/random.ts';
import { between, hour, minute, second } from '../field/times.ts';

export type Windows = { readonly name: string; readonly version: string; readonly driver: string };

export const firstWindows: Windows = { name: 'Microsoft Windows XP', version: '5.1.2600', driver: 'xp' };
const laterWindows: readonly Windows[] = [
  { name: 'Microsoft Windows 7', version: '6.1.7601', driver: 'seven' },
  { name: 'Microsoft Windows 10', version: '10.0.19045', driver: 'ten' },
];

/** Milliseconds, but for the system and the flags; times of the boot count from the power on. */
export type Step = {
  readonly to: Windows;
  readonly downMs: number;
  readonly settledAtMs: number;
  /** Until then file protection answers 21. */
  readonly protectionAtMs: number;
  readonly networkAtMs: number;
  /** Set-up leaves a file of Tool behind. */
  readonly toolLost: boolean;
  /** Set-up leaves the new driver of the client behind. */
  readonly driverLost: boolean;
};

export type World = { readonly stayMs: number; readonly steps: readonly Step[] };

export function drawWorld(random: Random): World {
  const step = (to: Windows): Step => ({
    to,
    downMs: between(random, minute, 10 * minute),
    settledAtMs: between(random, 10 * second, 5 * minute),
    protectionAtMs: random.chance(1, 6) ? 0 : between(random, minute, 3 * hour),
    networkAtMs: random.chance(1, 3) ? 0 : between(random, minute, 20 * minute),
    toolLost: random.chance(1, 2),
    driverLost: random.chance(1, 4),
  });
  return { stayMs: between(random, hour, 8 * hour), steps: laterWindows.map(step) };
}
