/** Dates and times as installer logs write them. */

/** Local time, taken apart once. */
export type LogTime = { readonly date: string; readonly second: string; readonly millisecond: string };

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/**
 * @param time milliseconds since 1970
 * @param offset minutes that local time is ahead of UTC
 */
export function logTime(time: number, offset: number): LogTime {
  const at = new Date(time + offset * 60_000);
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
  return {
    date: `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}`,
    second: clock.map((part) => padded(part, 2)).join(':'),
    millisecond: padded(at.getUTCMilliseconds(), 3),
  };
}
