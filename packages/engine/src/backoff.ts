/** How long to wait before something is tried again. */
import type { Entropy } from '@holdfast/ports';

/** Milliseconds: the first wait, and the longest. */
export type Backoff = { readonly baseMs: number; readonly capMs: number };

/** Doubling beyond this many tries makes no difference, and numbers would overflow. */
const mostDoublings = 30;

function ceilingMs(tries: number, backoff: Backoff): number {
  return Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(Math.max(tries - 1, 0), mostDoublings));
}

/**
 * The wait after the n-th try in a row: doubled each time, and the upper half of it drawn. For work on this
 * machine, where a wait near zero would meet the same obstacle again.
 */
export function backoffMs(tries: number, backoff: Backoff, entropy: Pick<Entropy, 'integer'>): number {
  const half = Math.ceil(ceilingMs(tries, backoff) / 2);
  return half + entropy.integer(half + 1);
}

/**
 * The wait after the n-th try in a row, drawn from the whole span: what spreads a fleet best over a site that
 * comes back (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function fullJitterMs(tries: number, backoff: Backoff, entropy: Pick<Entropy, 'integer'>): number {
  return entropy.integer(ceilingMs(tries, backoff) + 1);
}
