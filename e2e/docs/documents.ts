/** The commands of README and docs: every fenced `sh` block, and whether a test runs it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const projectFolder = join(import.meta.dirname, '..', '..');

export type Block = {
  /** Line of the document on which the block begins. */
  readonly line: number;
  readonly script: string;
  /** `run`: executed as it stands; otherwise why not, in words. */
  readonly run: true | string;
};

export type Document = { readonly path: string; readonly blocks: readonly Block[] };

/**
 * Reads the documents. A block is executed when its fence says `sh run`; one that cannot be says why:
 * ```` ```sh not run: needs a second machine ````.
 */
export function documents(): Document[] {
  return globSync(['README.md', 'docs/*.md', 'packages/*/README.md'], { cwd: projectFolder })
    .sort()
    .map((path) => ({ path, blocks: blocksOf(readFileSync(join(projectFolder, path), 'utf8')) }));
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```sh(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const words = (match[1] ?? '').trim();
    return {
      line: text.slice(0, match.index).split('\n').length,
      script: match[2] ?? '',
      run: words === 'run' ? true : words.replace(/^not run:\s*/, ''),
    };
  });
}
