/** A reporter of node:test for a run inside Wine: one line of JSON for every test that ended. */

/** What a line says. `failure` is absent where the test passed, `skipped` where it ran. */
export type InnerResult = { readonly title: string; readonly skipped?: string; readonly failure?: string };

/** As much of node:test's events as is used. */
type EndedTest = {
  readonly name: string;
  readonly skip?: string | boolean;
  readonly details: {
    readonly type?: string;
    readonly error?: { readonly message: string; readonly cause?: unknown };
  };
};
type ReportedEvent = { readonly type: string; readonly data: object };

export default async function* jsonLines(events: AsyncIterable<ReportedEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const ended = data as EndedTest;
    // A suite is the sum of its tests.
    if (ended.details.type !== 'suite') yield `${JSON.stringify(resultOf(ended))}\n`;
  }
}

function resultOf({ name, skip, details }: EndedTest): InnerResult {
  if (skip !== undefined && skip !== false) return { title: name, skipped: String(skip) };
  if (details.error === undefined) return { title: name };
  const { cause, message } = details.error;
  return { title: name, failure: cause instanceof Error ? (cause.stack ?? cause.message) : message };
}
