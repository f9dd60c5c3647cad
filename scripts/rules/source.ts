/** Reads the project's sources for the house rules: imports with their lines, and code without comments and strings. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const projectFolder = join(import.meta.dirname, '..', '..');

export type SourceFile = {
  /** Path from the project folder, `/` between names. */
  readonly path: string;
  readonly text: string;
};

export type Import = { readonly specifier: string; readonly line: number };

/** All TypeScript of the packages that ships: no tests, no declarations, no built files. */
export function shippedSources(): SourceFile[] {
  return globSync('packages/*/{src,suites,wine}/**/*.{ts,tsx}', { cwd: projectFolder })
    .filter((path) => !path.includes('node_modules'))
    .sort()
    .map((path) => ({
      path: path.replaceAll('\\', '/'),
      text: readFileSync(join(projectFolder, path), 'utf8'),
    }));
}

/** The package that a source belongs to: `contract` for packages/contract/src/ids.ts. */
export function packageOf(path: string): string {
  return path.split('/')[1] ?? '';
}

export function importsOf(source: SourceFile): Import[] {
  const code = blank(source.text, { strings: false });
  return [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\n]+)\1/g)].map((match) => ({
    specifier: match[2] ?? '',
    line: lineAt(code, match.index),
  }));
}

/** The text with every comment (and, unless told otherwise, every string's inside) replaced by blanks: places stay. */
export function blank(text: string, options: { strings: boolean } = { strings: true }): string {
  // A regular expression literal may hold quotes; it is taken as one where a value can begin.
  const tokens =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g;
  return text.replace(tokens, (token) => {
    const isComment = token.startsWith('//') || token.startsWith('/*');
    if (!isComment && !options.strings) return token;
    // What stands inside ${} of a template is code and stays.
    if (token.startsWith('`'))
      return token.replace(/\$\{[^}]*\}|[^\n]/g, (part) => (part.startsWith('${') ? part : ' '));
    return token.replace(/[^\n]/g, ' ');
  });
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
