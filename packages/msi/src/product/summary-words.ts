/** What the summary information says of a package: the Template and Word Count properties. */
import type { Summary } from '../database/summary.ts';
import type { Architecture, SourceLayout } from './model.ts';

/** Platforms of the Template summary property, lower case. */
const platforms: Readonly<Record<string, Architecture>> = {
  intel: 'x86',
  x64: 'x64',
  amd64: 'x64',
  intel64: 'ia64',
  arm: 'arm',
  arm64: 'arm64',
};

/** `x64;1033`, `Intel,Intel64;0`: the first platform that is known; one that names none is for x86. */
export function architectureOf(summary: Summary): Architecture {
  const template = summary.get(7);
  const text = template?.kind === 'text' ? template.text : '';
  for (const word of (text.split(';')[0] ?? '').split(',')) {
    const platform = platforms[word.trim().toLowerCase()];
    if (platform !== undefined) return platform;
  }
  return 'x86';
}

/** Bits of Word Count: 1 short names, 2 compressed, 4 administrative image. */
export function sourceLayoutOf(summary: Summary): SourceLayout {
  const words = summary.get(15);
  const bits = words?.kind === 'number' ? words.number : 0;
  return {
    shortNames: (bits & 1) !== 0,
    compressed: (bits & 2) !== 0,
    administrative: (bits & 4) !== 0,
  };
}
