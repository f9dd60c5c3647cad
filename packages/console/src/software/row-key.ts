/** Keys for rows of a form; they mean nothing outside of it. */

let last = 0;

export function rowKey(): string {
  last += 1;
  return `row-${last}`;
}
