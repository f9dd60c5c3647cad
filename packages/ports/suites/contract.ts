/** How a contract suite becomes node:test tests: one fixture a test, skips with their reasons, nothing left behind. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';

export type SuiteOptions = {
  /** Tests that this adapter cannot pass, by their exact title, each with the reason. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
  /** Runs the body of a test: for simulations whose time goes on only inside their own loop. */
  readonly run?: (body: () => Promise<void>) => Promise<void>;
};

/** What every fixture has: an end. */
export type Fixture = { cleanup(): Promise<void> };

/** Makes a fresh fixture for one test. */
export type Make<F extends Fixture> = () => Promise<F>;

/** Title (a sentence) -> body. A body may call `context.skip` where its fixture lacks an optional part. */
export type ContractTests<F> = Readonly<Record<string, (fixture: F, context: TestContext) => Promise<void>>>;

/** Registers the tests of one port. A skip without a reason, or of a test that does not exist, is a failing test. */
export function registerContract<F extends Fixture>(
  port: string,
  make: Make<F>,
  options: SuiteOptions,
  tests: ContractTests<F>,
): void {
  const run = options.run ?? ((body) => body());
  const skips = new Map((options.skip ?? []).map((skip) => [skip.test, skip.reason]));
  describe(`the contract of ${port}`, () => {
    test('every skip names a test of this suite and says why', () => {
      for (const [title, reason] of skips) {
        assert.ok(Object.hasOwn(tests, title), `no test is called "${title}"`);
        assert.ok(reason.trim().length > 0, `"${title}" is skipped without a reason`);
      }
    });
    for (const [title, body] of Object.entries(tests)) {
      test(title, { skip: skips.get(title) ?? false }, (context) =>
        run(async () => {
          const fixture = await make();
          try {
            await body(fixture, context);
          } finally {
            await fixture.cleanup();
          }
        }),
      );
    }
  });
}
