/** Identifiers and other small words, as schemas with their limits. */
import type { Static } from 'typebox';
import * as Type from 'typebox';

/** Lower-case hexadecimal SHA-256 of some bytes: 64 characters. */
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export type Sha256 = Static<typeof Sha256>;

/** RFC 9562 UUID in lower case: the id of a client, package, program, deployment, collection or token. */
export const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});
export type Uuid = Static<typeof Uuid>;

/** Site code: three characters, as in Systems Management Server. */
export const SiteCode = Type.String({ pattern: '^[A-Z0-9]{3}$' });
export type SiteCode = Static<typeof SiteCode>;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const Timestamp = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
export type Timestamp = Static<typeof Timestamp>;

/** A name that a person gives: 1 to 120 characters, no control characters. */
export const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });

export const Platform = Type.Union([Type.Literal('linux'), Type.Literal('windows'), Type.Literal('macos')]);
export type Platform = Static<typeof Platform>;

/** Relative path inside a package, `/` between names, no `.` or `..`, at most 1,024 characters. */
export const RelativePath = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^(?![\\s\\S]*(^|/)\\.{1,2}(/|$))[^/\\\\\\u0000-\\u001f:]+(/[^/\\\\\\u0000-\\u001f:]+)*$',
});
