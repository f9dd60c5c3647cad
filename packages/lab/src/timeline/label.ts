/** How wide words are in a picture, and how they are broken into lines; nothing is measured, so that any machine draws the same. */

/**
 * Hundredths of the size for the characters from space to tilde, in DejaVu Sans: no usual font is wider, so that
 * labels which do not touch there touch nowhere.
 */
const widths = [
  32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74,
  69, 99, 69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64,
  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];
/** The same in its bold. */
const boldWidths = [
  35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40,
  40, 84, 84, 84, 59, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69,
  82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72,
  69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
];
/** Anything else, an ideograph or a picture among it. */
const otherWidth = 120;

export type Type = { readonly size: number; readonly bold?: boolean };

/** Width of a line in the unit of the size; never less than what is drawn. */
export function textWidth(text: string, { size, bold = false }: Type): number {
  const table = bold ? boldWidths : widths;
  let hundredths = 0;
  for (const character of text) hundredths += table[(character.codePointAt(0) ?? 0) - 32] ?? otherWidth;
  return (hundredths / 100) * size;
}

/** Cuts a word that no line can hold. */
function pieces(word: string, width: number, type: Type): string[] {
  if (textWidth(word, type) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && textWidth(piece + character, type) > width) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...found, piece];
}

function filled(words: readonly string[], width: number, type: Type): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(`${last} ${word}`, type) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** As many lines as at `width`, but of about the same length: no word is left alone on the last one. */
function balanced(words: readonly string[], width: number, type: Type): string[] {
  const lines = filled(words, width, type);
  if (lines.length === 1) return lines;
  for (let less = Math.ceil(width / 2); less < width; less += 8) {
    const narrower = filled(words, less, type);
    const fits = narrower.every((line) => textWidth(line, type) <= width);
    if (fits && narrower.length === lines.length) return narrower;
  }
  return lines;
}

/** Lines no wider than `width`; what does not fit into `most` lines ends in an ellipsis. */
export function wrapped(text: string, width: number, type: Type, most: number): string[] {
  // No character is narrower than a tenth of the size: what comes after these is never seen.
  const seen = [...text].slice(0, Math.ceil((most * width * 10) / type.size)).join('');
  const words = seen.split(/\s+/).flatMap((word) => pieces(word, width, type));
  const lines = balanced(words, width, type);
  if (lines.length <= most && seen.length === text.length) return lines;
  return shortened(filled(words, width, type).slice(0, most), width, type);
}

function shortened(lines: readonly string[], width: number, type: Type): string[] {
  let last = lines.at(-1) ?? '';
  while (last !== '' && textWidth(`${last}…`, type) > width) last = [...last].slice(0, -1).join('');
  return [...lines.slice(0, -1), `${last.trimEnd()}…`];
}
