/** A hint of how hard a password is to guess. A hint only: the site decides what it accepts. */
import { FirstRun } from '@holdfast/contract/web';
import { minimumLengthOf } from '../parts/limits.ts';

/** Characters; the site refuses fewer. */
export const shortestPassword = minimumLengthOf(FirstRun.properties.password);

export type Strength = { readonly percent: number; readonly color: string; readonly hint: string };

const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/];

/** Length counts most: each kind of character is worth as much as two more characters, repetition nothing. */
export function strengthOf(password: string): Strength {
  if (password === '') return { percent: 0, color: 'gray', hint: `At least ${shortestPassword} characters` };
  const missing = shortestPassword - password.length;
  if (missing > 0) {
    const percent = (password.length / shortestPassword) * 35;
    return { percent, color: 'red', hint: `${missing} more ${missing === 1 ? 'character' : 'characters'}` };
  }
  const variety = kinds.filter((kind) => kind.test(password)).length;
  const score = new Set(password).size + 2 * variety;
  if (score < 14) return { percent: 45, color: 'orange', hint: 'Easy to guess: add different characters' };
  if (score < 20)
    return { percent: 70, color: 'yellow', hint: 'Fair: a few more words would make it strong' };
  return { percent: 100, color: 'teal', hint: 'Strong' };
}
