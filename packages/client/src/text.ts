/** Text from a machine, made fit for a message. */

/** Without control characters, which terminals obey, and cut to `limit` UTF-16 units. */
export function plainText(text: string, limit: number): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, limit)
    .toWellFormed();
}
