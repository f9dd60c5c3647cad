/** A network on which a site that asks to be left alone is left alone, by everyone who shares it. */
import { HoldfastError } from '@holdfast/contract';
import type { Clock, Network } from '@holdfast/ports';
import { retryAfterSeconds } from '../site.ts';

/** Too Many Requests (RFC 6585, 4) and Service Unavailable (RFC 9110, 15.6.4). */
const overloaded = [429, 503];

/**
 * A set-up asks its site for many things, and tells it of each: what one request was answered counts for all of them.
 * Until the time that a Retry-After names is over, requests to that address fail with `site.unavailable` unsent.
 */
export function heedful(network: Network, clock: Pick<Clock, 'now' | 'monotonic'>): Network {
  /** By origin; milliseconds of the monotonic clock. */
  const restsUntil = new Map<string, number>();
  return {
    async request(request) {
      const { origin } = new URL(request.url);
      const leftMs = (restsUntil.get(origin) ?? 0) - clock.monotonic();
      if (leftMs > 0) {
        const retryAfter = Math.ceil(leftMs / 1000);
        throw new HoldfastError(
          'site.unavailable',
          `The site has asked to be left alone for ${retryAfter} s more.`,
          {
            details: { retryAfter },
          },
        );
      }
      const response = await network.request(request);
      if (overloaded.includes(response.status)) {
        const seconds = retryAfterSeconds(response.headers['retry-after'], clock.now());
        if (seconds !== undefined) restsUntil.set(origin, clock.monotonic() + seconds * 1000);
      }
      return response;
    },
  };
}
