/** Moments and lengths of virtual time as people read them. */

const two = (value: number): string => String(value).padStart(2, '0');

/** `+01:04:09.2` of milliseconds since the first event. */
export function stamp(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `+${clock}.${tenths % 10}`;
}

/** `1:30`, or `0:01:30` where the story goes on for hours; with tenths where there are any. */
export function tickLabel(ms: number, hours: boolean): string {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const minutes = Math.floor(seconds / 60);
  const long = hours ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}` : String(minutes);
  return `${long}:${two(seconds % 60)}${tenths % 10 === 0 ? '' : `.${tenths % 10}`}`;
}

/** The last whole second before a moment. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 min 9 s`, `5 h 24 min`: the two largest units; under a second in tenths. Each number stands before its unit. */
export function spelled(ms: number): string {
  if (ms < 1000) return `${Math.round(ms / 100) / 10} s`;
  const total = Math.round(ms / 1000);
  const first = units.findIndex(([, seconds]) => total >= seconds);
  let rest = total;
  const parts: string[] = [];
  for (const [unit, seconds] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / seconds);
    rest %= seconds;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}
