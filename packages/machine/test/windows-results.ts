/** What a run inside Wine has reported. */
import type { InnerResult } from './windows-reporter.ts';

/** The lines of `windows-reporter.ts` among whatever else was printed. */
export function innerResults(output: string): InnerResult[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"title":'))
    .map((line) => JSON.parse(line));
}
