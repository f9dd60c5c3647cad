/** Speaks to the API of a real site in a temporary folder, for tests. */
import { randomInt, randomUUID } from 'node:crypto';
import type { ClientFacts, ErrorBody } from '@holdfast/contract';
import { insertClient } from '../../src/clients/enrolled.ts';
import { announceMemberships, evaluateClient } from '../../src/collections/membership.ts';
import type { SiteContext } from '../../src/context.ts';
import type { SiteOptions } from '../../src/index.ts';
import { startTestSite, type TestSite, facts as usualFacts } from './site.ts';

export type Answer<T> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly text: string;
};

export type ConsoleSite = {
  readonly site: TestSite;
  readonly context: SiteContext;
  readonly url: string;
  readonly apiKey: string;
  /** Ids whose policy was said to have changed. */
  readonly invalidated: Set<string>;
  /** The secret of the link that the site showed when it started. */
  readonly firstRunSecret: string | undefined;
  /** A request with the API key (or with these headers in its place); JSON in and out. */
  call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Stores a client as an enrolment would. */
  enrol(facts?: Partial<ClientFacts>): Promise<string>;
  restart(change?: Partial<SiteOptions>): Promise<void>;
  close(): Promise<void>;
};

export const factsOf = (facts: Partial<ClientFacts> = {}): ClientFacts => ({
  ...usualFacts,
  hostName: `host-${randomInt(1_000_000)}`,
  ...facts,
});

export async function openConsoleSite(change: Partial<SiteOptions> = {}): Promise<ConsoleSite> {
  const site = await startTestSite(change);
  const apiKey = await site.running.createApiKey('tests');
  const invalidated = new Set<string>();
  const watchPolicy = () => {
    const { policy } = site.running.context;
    const { invalidate } = policy;
    policy.invalidate = (ids) => {
      for (const id of ids === 'all' ? ['all'] : ids) invalidated.add(id);
      invalidate(ids);
    };
  };
  watchPolicy();
  return {
    site,
    apiKey,
    invalidated,
    get context() {
      return site.running.context;
    },
    get url() {
      return site.running.consoleUrl;
    },
    get firstRunSecret() {
      return site.running.firstRunUrl?.split('#')[1];
    },
    async call<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
      const url = `${site.running.consoleUrl}${path.startsWith('/api/') ? '' : '/api/v1'}${path}`;
      const response = await fetch(url, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(headers ?? { 'x-api-key': apiKey }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = (text === '' ? null : JSON.parse(text)) as T;
      return { status: response.status, headers: response.headers, text, body: answer };
    },
    async enrol(facts) {
      const { context } = site.running;
      const id = randomUUID();
      const joined = await context.store.transaction().execute(async (transaction) => {
        await insertClient(transaction, { id, facts: factsOf(facts), enrolledAt: context.clock.now() });
        return evaluateClient(transaction, id);
      });
      context.clients.set({ id, revoked: false, lastSeenAt: null });
      announceMemberships(context, joined);
      return id;
    },
    async restart(change = {}) {
      await site.restart(change);
      watchPolicy();
    },
    async close() {
      await site[Symbol.asyncDispose]();
    },
  };
}

/** The code of a refusal. */
export const codeOf = (answer: Answer<unknown>): string => (answer.body as ErrorBody).code;
