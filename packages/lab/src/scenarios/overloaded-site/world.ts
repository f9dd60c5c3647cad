/** What chance decides: how long the site is overloaded, for what, and what it asks for. */
import { mpPaths } from '@holdfast/contract';
import type { ServerAnswer } from '../../site/network.ts';
import type { Random } from '../../world/random.ts';
import { between, hour, minute } from '../field/times.ts';

/** Forms of Retry-After (RFC 9110, 10.2.3), none, and what is none of them. */
const forms = ['none', 'seconds', 'date', 'nonsense'] as const;

export type World = {
  /** Milliseconds: from the first request of the set-up on. */
  readonly forMs: number;
  /** Beginning of the paths that are answered so; the whole site with `/`. */
  readonly route: string;
  /** Requests of four that are answered so. */
  readonly share: number;
  /** Longest wait that it asks for. Seconds. */
  readonly longestSeconds: number;
  /** Some balancers answer with a page for people. */
  readonly pages: boolean;
};

export function drawWorld(random: Random): World {
  const { trust, clientRelease, clientPackages, enrol } = mpPaths;
  return {
    forMs: between(random, 20 * minute, random.pick([2 * hour, 12 * hour, 60 * hour])),
    route: random.pick(['/', '/', trust, clientRelease, clientPackages, enrol]),
    share: random.pick([3, 4, 4]),
    longestSeconds: random.pick([30, 600, 3600]),
    pages: random.chance(1, 2),
  };
}

/** One answer of an overloaded site. @param now its clock */
export function overloadedAnswer(world: World, random: Random, now: number): ServerAnswer {
  const seconds = 1 + random.integer(world.longestSeconds);
  const asked = {
    none: undefined,
    seconds: String(seconds),
    // Whole seconds: the time that it names may lie up to one second earlier.
    date: new Date(now + seconds * 1000).toUTCString(),
    nonsense: random.pick(['soon', '-5', '1e9', '']),
  }[random.pick(forms)];
  const page = '<!doctype html><title>503</title><p>Our engineers have been told.';
  return {
    status: random.pick([429, 503]),
    headers: {
      ...(asked === undefined ? {} : { 'retry-after': asked }),
      ...(world.pages ? { 'content-type': 'text/html' } : {}),
    },
    body: world.pages ? [Buffer.from(page)] : [],
    after: 'end',
  };
}
