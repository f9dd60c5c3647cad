/** Text of a simulated world, made safe for a terminal and for markup: machines and packages name things as they like. */

/** Controls, marks that turn the direction of writing, halves of characters, and what XML does not allow. */
const unsafe = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** One line that can steer nothing; whatever could is shown as `�`. */
export function plainText(text: string): string {
  return text.replace(unsafe, '\u{fffd}');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The same, to stand between tags or within a quoted attribute of HTML and SVG. */
export function markup(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
