/** The name service of the system, by Node's own resolver. */
import { Resolver } from 'node:dns/promises';
import { HoldfastError } from '@holdfast/contract';
import type { NameService, ServiceAddress } from '@holdfast/ports';
import { errorCodeOf } from './error-code.ts';

/** Answers that say that there is none, which is an answer too. Source: node:dns, "Error codes". */
const none: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/** Milliseconds to wait for one server, and how often it is asked. */
const patience = { timeout: 3_000, tries: 2 } as const;

/** @param servers in place of the system's own: `127.0.0.1:5353` */
export function systemNames(
  domains: () => Promise<readonly string[]>,
  servers?: readonly string[],
): NameService {
  return {
    domains,
    srv: async (name) => {
      const resolver = new Resolver(patience);
      if (servers) resolver.setServers([...servers]);
      try {
        const found = await resolver.resolveSrv(name);
        return found
          .map(({ name: host, port, priority, weight }): ServiceAddress => ({ host, port, priority, weight }))
          .sort((one, other) => one.priority - other.priority || other.weight - one.weight);
      } catch (cause) {
        if (none.has(errorCodeOf(cause))) return [];
        throw new HoldfastError(
          'network.unreachable',
          `No name service answered for ${name.slice(0, 200)}.`,
          {
            cause,
          },
        );
      }
    },
  };
}
