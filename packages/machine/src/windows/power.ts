/** Where the power comes from, by GetSystemPowerStatus (winbase.h). */
import { systemError } from '@holdfast/contract';
import type { Power, PowerState } from '@holdfast/ports';
import { loadKoffi, win32 } from './win32.ts';

/** SYSTEM_POWER_STATUS. */
const statusLength = 12;
const noBattery = 128;
const unknown = 255;

/** A line of which nothing is known counts as mains, as on a machine that cannot tell. */
export function powerIn(status: Buffer): PowerState {
  const [line, battery, percent] = [status.readUInt8(0), status.readUInt8(1), status.readUInt8(2)];
  const isThere = battery === unknown || (battery & noBattery) === 0;
  return { mains: line !== 0, battery: isThere && percent !== unknown ? Math.min(percent, 100) : null };
}

let bound: ((status: Buffer) => boolean) | undefined;

export function windowsPower(): Power {
  return {
    async state() {
      bound ??= loadKoffi().load('kernel32.dll').func('bool GetSystemPowerStatus(void *status)');
      const status = Buffer.alloc(statusLength);
      if (bound(status)) return powerIn(status);
      throw systemError(win32().lastError(), 'Windows does not tell where its power comes from');
    },
  };
}
