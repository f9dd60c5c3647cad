/** The contract of who works on the machine from afar. */
import assert from 'node:assert/strict';
import type { Clock, RemoteSession, Sessions } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { toldOf } from './watched.ts';

export type SessionsFixture = Fixture & {
  readonly sessions: Sessions;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Somebody comes, as this system would see it; resolves when the session is live, its answer when it is over. */
  arrive?(): Promise<{ readonly session: RemoteSession; leave(): Promise<void> }>;
};

export function sessionsContract(make: Make<SessionsFixture>, options: SuiteOptions = {}): void {
  registerContract('remote sessions', make, options, tests);
}

const nobody = 'nobody can come to this machine in a test';

const tests: ContractTests<SessionsFixture> = {
  'every session has its kind and its user': async ({ sessions }) => {
    for (const { kind, user } of await sessions.remote()) {
      assert.match(kind, /^[a-z][a-z-]*$/);
      assert.ok(user.length > 0, 'a session of nobody');
    }
  },

  'who comes is there, and who has left is not': async ({ sessions, arrive }, context) => {
    if (arrive === undefined) {
      context.skip(nobody);
      return;
    }
    const before = await sessions.remote();
    const { session, leave } = await arrive();
    assert.deepEqual(await sessions.remote(), [...before, session]);
    await leave();
    assert.deepEqual(await sessions.remote(), before);
  },

  'those who watch are told when somebody comes, and those who left are not': async (fixture, context) => {
    const { sessions, clock, arrive } = fixture;
    if (arrive === undefined) {
      context.skip(nobody);
      return;
    }
    await toldOf(async () => (await arrive()).leave(), sessions, clock, context);
  },
};
