/** Network links of Windows: the addresses of adapters that are up (GetAdaptersAddresses, through Node), and their cost. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Links } from '@holdfast/ports';
import { isMetered, networkCost } from './network-cost.ts';

/** Addresses that a machine gives itself when nobody else does: RFC 3927, RFC 4291 section 2.5.6. */
const selfGiven = /^(?:169\.254\.|fe[89ab][0-9a-f]:)/i;

export function leadsOut({ internal, address }: Pick<NetworkInterfaceInfo, 'internal' | 'address'>): boolean {
  return !internal && !selfGiven.test(address);
}

export function windowsLinks(): Links {
  return {
    async state() {
      const up = Object.values(networkInterfaces()).some((addresses) => addresses?.some(leadsOut));
      return { up, metered: up && isMetered(networkCost()) };
    },
  };
}
