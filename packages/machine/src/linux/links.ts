/** Network links, by the kernel: Documentation/ABI/testing/sysfs-class-net, /proc/net/route and ipv6_route. */
import { join } from 'node:path';
import type { Links } from '@holdfast/ports';
import { namesIn, textOf } from './text-file.ts';

export type LinksOptions = {
  /** Folder with a folder for each interface. */
  readonly interfaces?: string;
  /** Folder with the routing tables `route` and `ipv6_route`. */
  readonly routes?: string;
};

/** RTF_UP (linux/route.h). Routes that refuse what goes their way lead over `lo`, or over none. */
const usable = 0x1;

/** Operational states (RFC 2863) with which data passes; drivers that cannot tell say `unknown`. */
const passing: readonly string[] = ['up', 'unknown'];

/**
 * There is a network where an interface has a default route, or a device of the machine has its cable or its access
 * point: a network of one office may have no way out. Bridges and tunnels of the machine's own do not count without a route.
 * Paid by volume is a default route over a mobile modem.
 */
export function linuxLinks(options: LinksOptions = {}): Links {
  const { interfaces = '/sys/class/net', routes = '/proc/net' } = options;
  return {
    async state() {
      const ways = new Set([
        ...defaultRoutes((await textOf(join(routes, 'route'))) ?? ''),
        ...defaultRoutes6((await textOf(join(routes, 'ipv6_route'))) ?? ''),
      ]);
      const found: Interface[] = [];
      for (const name of await namesIn(interfaces)) found.push(await lookAt(interfaces, name));
      const alive = found.filter(({ name, state }) => name !== 'lo' && passing.includes(state));
      const leading = alive.filter(({ name }) => ways.has(name));
      return {
        up: leading.length > 0 || alive.some(({ isDevice, state }) => isDevice && state === 'up'),
        metered: leading.length > 0 && leading.every(({ isModem }) => isModem),
      };
    },
  };
}

type Interface = {
  readonly name: string;
  readonly state: string;
  /** Hardware, or what stands for it in a virtual machine. */
  readonly isDevice: boolean;
  readonly isModem: boolean;
};

async function lookAt(folder: string, name: string): Promise<Interface> {
  const read = async (file: string) => (await textOf(join(folder, name, file)))?.trim() ?? '';
  return {
    name,
    state: await read('operstate'),
    isDevice: (await namesIn(join(folder, name, 'device'))).length > 0,
    isModem: /^DEVTYPE=wwan$/m.test(await read('uevent')),
  };
}

/** Interfaces of the default routes of /proc/net/route; numbers are hexadecimal. */
export function defaultRoutes(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [name, destination, , flags, , , , mask] = line.trim().split(/\s+/);
    if (name === undefined || destination !== '00000000' || mask !== '00000000') return [];
    return isWay(flags) ? [name] : [];
  });
}

/** Those of /proc/net/ipv6_route: destination, its prefix, source, its prefix, next hop, metric, two counts, flags, name. */
export function defaultRoutes6(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [destination = '', prefix, , , , , , , flags, name] = line.trim().split(/\s+/);
    if (name === undefined || !/^0{32}$/.test(destination) || prefix !== '00') return [];
    return isWay(flags) ? [name] : [];
  });
}

function isWay(flags = '0'): boolean {
  return (Number.parseInt(flags, 16) & usable) !== 0;
}
