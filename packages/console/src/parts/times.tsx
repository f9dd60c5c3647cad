/** Times in the viewer's locale: how long ago, with the exact time on hover and focus. */
import { Text, Tooltip } from '@mantine/core';
import { tick, useNow } from './now.ts';

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** A busy browser ticks late, and the clock of the site may be a little ahead of its own. Milliseconds. */
const slack = 2 * tick;

const second = 1_000;
const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400 * second],
  ['month', 30 * 86_400 * second],
  ['day', 86_400 * second],
  ['hour', 3_600 * second],
  ['minute', 60 * second],
  ['second', second],
];

export const exactTime = (at: number): string => exact.format(at);
export const shortTime = (at: number): string => short.format(at);
export const clockTime = (at: number): string => clock.format(at);
export const dayOf = (at: number): string => day.format(at);

/** How far `at` is from `now`, in the largest unit that fits; both in milliseconds since 1970. */
export function relativeTime(at: number, now: number): string {
  const away = at - now;
  for (const [unit, length] of units) {
    if (Math.abs(away) >= length) return relative.format(Math.trunc(away / length), unit);
  }
  return relative.format(0, 'second');
}

/** Relative time; null is said in words. What happened since the clock last ticked is now, not to come. */
export function Ago({ at, never = 'never' }: { at: number | null; never?: string }) {
  const now = useNow();
  if (at === null) {
    return (
      <Text span size="sm" c="dimmed">
        {never}
      </Text>
    );
  }
  return (
    <Tooltip label={exactTime(at)} events={{ hover: true, focus: true, touch: true }}>
      <Text size="sm" className="above" component="time" dateTime={new Date(at).toISOString()}>
        {relativeTime(at, at > now && at - now <= slack ? at : now)}
      </Text>
    </Tooltip>
  );
}
