/** Where the power comes from, by the kernel: Documentation/ABI/testing/sysfs-class-power. */
import { join } from 'node:path';
import type { Power, PowerState } from '@holdfast/ports';
import { namesIn, textOf } from './text-file.ts';

export type PowerOptions = {
  /** Folder with a folder for each supply. */
  readonly folder?: string;
};

/** One supply, as its files tell; the battery of a mouse is none of the machine. */
type Supply = {
  readonly type: string;
  readonly online: boolean;
  readonly status: string;
  readonly left: number;
};

const batteryTypes: readonly string[] = ['Battery', 'UPS'];

export function linuxPower({ folder = '/sys/class/power_supply' }: PowerOptions = {}): Power {
  return {
    async state() {
      const supplies: Supply[] = [];
      for (const name of await namesIn(folder)) {
        const supply = await supplyIn(join(folder, name));
        if (supply) supplies.push(supply);
      }
      return stateOf(supplies);
    },
  };
}

async function supplyIn(folder: string): Promise<Supply | undefined> {
  const read = async (name: string) => (await textOf(join(folder, name)))?.trim() ?? '';
  const type = await read('type');
  if (type === '' || (await read('scope')) === 'Device' || (await read('present')) === '0') return undefined;
  return {
    type,
    online: Number(await read('online')) > 0,
    status: await read('status'),
    left: Number.parseInt(await read('capacity'), 10),
  };
}

/**
 * A line that has power decides; where none has (or none is told of, as on some notebooks with USB-C only), a battery that
 * is being emptied does. Machines without any supply in this list hang on mains.
 */
function stateOf(supplies: readonly Supply[]): PowerState {
  const batteries = supplies.filter(({ type }) => batteryTypes.includes(type));
  const lines = supplies.filter(({ type }) => !batteryTypes.includes(type));
  const emptied = batteries.some(({ status }) => status === 'Discharging');
  const left = batteries.map((battery) => battery.left).filter((percent) => percent >= 0);
  const total = left.reduce((sum, percent) => sum + Math.min(percent, 100), 0);
  return {
    mains: lines.some(({ online }) => online) || !emptied,
    battery: left.length === 0 ? null : Math.round(total / left.length),
  };
}
