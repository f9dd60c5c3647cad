/** The trace hash: one SHA-256 over everything that a world did and saw, in order. */
import { createHash } from 'node:crypto';

export type Trace = {
  add(...parts: readonly unknown[]): void;
  /** The hash so far; the trace goes on. */
  hash(): string;
  /** The last lines, for a report of a failure; empty unless they were asked for. */
  lines(): readonly string[];
};

/** `keep` is how many of the last lines stay readable. */
export function newTrace(keep = 0): Trace {
  const hash = createHash('sha256');
  const kept: string[] = [];
  return {
    add(...parts) {
      const line = parts.map(canonical).join(' ');
      hash.update(`${line}\n`);
      if (keep === 0) return;
      kept.push(line.length > 300 ? `${line.slice(0, 300)}...` : line);
      if (kept.length > keep) kept.shift();
    },
    hash: () => hash.copy().digest('hex'),
    lines: () => kept,
  };
}

/** Keeps nothing: for worlds of which only the end is looked at. */
export const noTrace: Trace = { add: () => undefined, hash: () => '', lines: () => [] };

/** One text for one value: keys sorted, bytes by length and hash, handles by their path, errors by their code. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) {
    return `<${value.length} ${createHash('sha256').update(value).digest('base64url').slice(0, 22)}>`;
  }
  if (value instanceof Error)
    return 'code' in value ? `!${String(value.code)}` : `!${value.name}: ${value.message}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && typeof field !== 'function')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${key}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
