/** What chance decides: where a page comes in place of the site's own answer, for how long, and what it pretends to be. */
import { mpPaths } from '@holdfast/contract';
import type { ServerAnswer } from '../../site/network.ts';
import type { Random } from '../../world/random.ts';
import { between, hour, minute } from '../field/times.ts';

export type World = {
  /** Milliseconds from the begin of the world. */
  readonly forMs: number;
  /** Beginning of the paths that are answered so. */
  readonly route: string;
  /** A page says what it is, says that it is bytes, or says nothing. */
  readonly type: 'text/html' | 'application/octet-stream' | null;
  /** Bytes, beside those of the package. */
  readonly size: 'right' | 'less' | 'more';
  /** Whether the answer names its length. */
  readonly hasLength: boolean;
};

export function drawWorld(random: Random): World {
  return {
    forMs: between(random, minute, random.pick([10 * minute, hour, 4 * hour])),
    route: random.pick([mpPaths.clientPackages, mpPaths.clientPackages, mpPaths.clientRelease, '/']),
    type: random.pick(['text/html', 'application/octet-stream', null]),
    size: random.pick(['right', 'right', 'less', 'more']),
    hasLength: random.chance(1, 2),
  };
}

/** @param bytes length of the package */
export function pageAnswer({ type, size, hasLength }: World, bytes: number): ServerAnswer {
  const length = { right: bytes, less: Math.ceil(bytes / 2), more: bytes + 1_000 }[size];
  const page = '<!doctype html><title>Sign in</title><p>Welcome to our network. ';
  const body = Buffer.alloc(length, page);
  const headers = {
    ...(type === null ? {} : { 'content-type': type }),
    ...(hasLength ? { 'content-length': String(length) } : {}),
  };
  return { status: 200, headers, body: [body], after: 'end' };
}
