/** The contract of the network. */
import assert from 'node:assert/strict';
import type { Network, NetworkRequest, NetworkResponse, TlsIdentity } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';
import { byteAt } from './network-answers.ts';

export type NetworkFixture = Fixture & {
  readonly network: Network;
  readonly server: {
    /** `https://host:port`, answering as `answerOf` says, with a certificate for that host (an IP address, if real). */
    readonly url: string;
    /** The same server under a host name that its certificate does not have. */
    readonly urlOfOtherName?: string;
    readonly authorities: readonly string[];
    /** An authority that has nothing to do with the server. */
    readonly otherAuthorities: readonly string[];
    /** An identity that the server's authority signed, with its common name. */
    readonly client: { readonly certificate: string; readonly privateKey: string; readonly name: string };
    /** Resolves when a client has gone away from `/ever` or `/silent` before its end. */
    readonly abandoned: () => Promise<void>;
  };
  /** A URL where nobody listens. */
  readonly deadUrl: string;
};

export function networkContract(make: Make<NetworkFixture>, options: SuiteOptions = {}): void {
  registerContract('the network', make, options, { ...answerTests, ...failureTests });
}

/** Milliseconds; long enough never to be reached by an answer. */
const patient = 20_000;
/** Milliseconds; what a test of silence waits. */
const impatient = 80;

const answerTests: ContractTests<NetworkFixture> = {
  'a request arrives as it was made, and its answer comes back': async (fixture) => {
    const response = await fixture.network.request({
      ...to(fixture, '/echo?x=1'),
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-holdfast': 'yes' },
      body: 'Grüße',
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-mixed-case'], 'Kept');
    const echo = JSON.parse(await wholeText(response));
    assert.deepEqual([echo.method, echo.path, echo.body], ['POST', '/echo?x=1', 'Grüße']);
    assert.equal(echo.headers['x-holdfast'], 'yes');
    assert.equal(echo.headers['content-type'], 'text/plain');
  },

  'a client certificate is shown only by the request that names it': async (fixture) => {
    const { client, authorities } = fixture.server;
    const tls = { authorities, certificate: client.certificate, privateKey: client.privateKey };
    for (const [identity, expected] of [
      [tls, client.name],
      [undefined, null],
      [tls, client.name],
    ] as const) {
      const response = await fixture.network.request(to(fixture, '/echo', identity));
      assert.equal(JSON.parse(await wholeText(response)).clientName, expected);
    }
  },

  'a status that is no success is an answer, not an error': async (fixture) => {
    for (const status of [204, 404, 429, 503]) {
      const response = await fixture.network.request(to(fixture, `/status?count=${status}`));
      assert.equal(response.status, status);
      assert.equal(response.headers['retry-after'], '7');
      assert.equal(await wholeText(response), '');
    }
  },

  'a redirect is not followed': async (fixture) => {
    const response = await fixture.network.request(to(fixture, '/redirect'));
    assert.equal(response.status, 302);
    assert.equal(response.headers.location, '/echo');
    await wholeText(response);
  },

  'a large body comes whole and in order': async (fixture) => {
    const count = 700_001;
    const body = await wholeBody(await fixture.network.request(to(fixture, `/bytes?count=${count}`)));
    assert.equal(body.length, count);
    assert.ok(body.every((byte, position) => byte === byteAt(position)));
  },

  'many requests at once each get their own answer': async (fixture) => {
    const paths = Array.from({ length: 20 }, (_, index) => `/echo?n=${index}`);
    const texts = await Promise.all(
      paths.map(async (path) => wholeText(await fixture.network.request(to(fixture, path)))),
    );
    assert.deepEqual(
      texts.map((text) => JSON.parse(text).path),
      paths,
    );
  },

  'a body that is left early ends the request, and the next one works': async (fixture) => {
    const abandoned = fixture.server.abandoned();
    const response = await fixture.network.request(to(fixture, '/ever'));
    for await (const chunk of response.body) {
      assert.ok(chunk.length > 0);
      break;
    }
    await abandoned;
    assert.equal((await fixture.network.request(to(fixture, '/status?count=204'))).status, 204);
  },
};

const failureTests: ContractTests<NetworkFixture> = {
  'a server of another authority is not trusted': async (fixture) => {
    const tls = { authorities: fixture.server.otherAuthorities };
    await rejectsWith(fixture.network.request(to(fixture, '/echo', tls)), 'network.tls');
  },

  'no authority at all trusts nobody': async (fixture) => {
    await rejectsWith(fixture.network.request(to(fixture, '/echo', { authorities: [] })), 'network.tls');
  },

  'trust of one request does not help another': async (fixture) => {
    const open = await fixture.network.request(to(fixture, '/echo', { authorities: 'none-yet' }));
    assert.equal(open.status, 200);
    await wholeText(open);
    const trusted = await fixture.network.request(to(fixture, '/echo'));
    await wholeText(trusted);
    const tls = { authorities: fixture.server.otherAuthorities };
    await rejectsWith(fixture.network.request(to(fixture, '/echo', tls)), 'network.tls');
  },

  'a server whose certificate has another name is not trusted': async (fixture, context) => {
    const { urlOfOtherName } = fixture.server;
    if (urlOfOtherName === undefined) {
      context.skip('the server has only one name here');
      return;
    }
    await rejectsWith(
      fixture.network.request({ ...to(fixture, '/echo'), url: `${urlOfOtherName}/echo` }),
      'network.tls',
    );
  },

  'nobody listening is unreachable': async (fixture) => {
    await rejectsWith(
      fixture.network.request({ ...to(fixture, '/'), url: fixture.deadUrl }),
      'network.unreachable',
    );
  },

  'a connection that is cut before the answer is unreachable': async (fixture) => {
    await rejectsWith(fixture.network.request(to(fixture, '/refused')), 'network.unreachable');
  },

  'a body that is cut off is an error, after what came of it': async (fixture) => {
    const response = await fixture.network.request(to(fixture, '/cut'));
    let received = 0;
    const reading = (async () => {
      for await (const chunk of response.body) received += chunk.length;
    })();
    await rejectsWith(reading, 'network.unreachable');
    assert.ok(received <= 10);
  },

  'silence before the answer is a timeout': async (fixture) => {
    await rejectsWith(
      fixture.network.request({ ...to(fixture, '/silent'), idleTimeoutMs: impatient }),
      'network.timeout',
    );
  },

  'silence inside a body is a timeout': async (fixture) => {
    const response = await fixture.network.request({ ...to(fixture, '/stalled'), idleTimeoutMs: impatient });
    await rejectsWith(wholeText(response), 'network.timeout');
  },

  'an aborted request rejects with the reason of its signal': async (fixture) => {
    const reason = new Error('shutting down');
    const before = fixture.network.request({ ...to(fixture, '/echo'), signal: AbortSignal.abort(reason) });
    await assert.rejects(before, (thrown) => thrown === reason);
    const controller = new AbortController();
    const waiting = fixture.network.request({ ...to(fixture, '/silent'), signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(waiting, (thrown) => thrown === reason);
  },

  'an abort inside a body rejects with the reason of its signal': async (fixture) => {
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const abandoned = fixture.server.abandoned();
    const response = await fixture.network.request({ ...to(fixture, '/ever'), signal: controller.signal });
    const reading = (async () => {
      for await (const chunk of response.body) if (chunk.length > 0) controller.abort(reason);
    })();
    await assert.rejects(reading, (thrown) => thrown === reason);
    await abandoned;
  },
};

function to(fixture: NetworkFixture, path: string, tls?: TlsIdentity): NetworkRequest {
  return {
    method: 'GET',
    url: `${fixture.server.url}${path}`,
    tls: tls ?? { authorities: fixture.server.authorities },
    idleTimeoutMs: patient,
  };
}

async function wholeBody(response: NetworkResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function wholeText(response: NetworkResponse): Promise<string> {
  return (await wholeBody(response)).toString('utf8');
}
