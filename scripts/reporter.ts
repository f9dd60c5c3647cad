/** Test reporter: one line a test file, every failure in full, skips with their reason, and counts for the summary. */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

type FileCounts = { passed: number; failed: number; skipped: number; ms: number };

/** One line of the file that `HOLDFAST_TEST_COUNTS` names: what one run of the runner counted. */
export type RunCounts = {
  passed: number;
  failed: number;
  skipped: number;
  skips: { title: string; reason: string }[];
};

/** node:test gives a failure's cause as an error, or as whatever was thrown. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.stack ?? cause.message;
}

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, FileCounts>();
  const skips: { title: string; reason: string }[] = [];
  const total: RunCounts = { passed: 0, failed: 0, skipped: 0, skips };
  for await (const event of source) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      yield event.data.message;
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { file = '', name, details, skip, nesting } = event.data;
      // A file as a whole, and a describe block, are not tests of their own; a block that is skipped stands for its tests.
      const isSkipped = skip !== undefined && skip !== false;
      if ((details.type === 'suite' && !isSkipped) || (nesting === 0 && name.endsWith('.test.ts'))) {
        if (event.type === 'test:fail' && name.endsWith('.test.ts') && !files.get(file)?.failed) {
          total.failed += 1;
          yield `FAILED  ${name}\n${indent(describe(event.data.details.error))}\n`;
        } else if (event.type === 'test:fail' && !isParentOfFailure(event.data.details.error)) {
          // What its hooks met is why its tests were cancelled.
          yield `around  ${name}\n${indent(describe(event.data.details.error))}\n`;
        }
        const known = files.get(file);
        if (nesting === 0 && known) known.ms += details.duration_ms;
        continue;
      }
      const counts = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, ms: 0 };
      files.set(file, counts);
      if (isSkipped) {
        counts.skipped += 1;
        total.skipped += 1;
        skips.push({ title: name, reason: typeof skip === 'string' ? skip : 'no reason given' });
      } else if (event.type === 'test:pass') {
        counts.passed += 1;
        total.passed += 1;
      } else if (!isParentOfFailure(event.data.details.error)) {
        counts.failed += 1;
        total.failed += 1;
        yield `FAILED  ${name}\n        ${relative(process.cwd(), file)}:${event.data.line ?? 0}\n${indent(describe(event.data.details.error))}\n`;
      }
      if (nesting === 0) counts.ms += details.duration_ms;
    }
  }
  for (const [file, counts] of [...files].sort(([a], [b]) => a.localeCompare(b))) {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const failed = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
    yield `${counts.failed > 0 ? 'FAILED' : 'ok    '}  ${relative(process.cwd(), file)}: ${counts.passed} passed${failed}${skipped} (${(counts.ms / 1000).toFixed(1)} s)\n`;
  }
  if (process.env.HOLDFAST_TEST_COUNTS !== undefined) {
    appendFileSync(process.env.HOLDFAST_TEST_COUNTS, `${JSON.stringify(total)}\n`);
  }
}

/** A test fails when a subtest of it failed; the subtest was reported already. */
function isParentOfFailure(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed';
}

function indent(text: string): string {
  return text.replace(/^/gm, '        ');
}
