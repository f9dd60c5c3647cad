/** The contract of identities: keys and certificate requests as a site's authority will read them. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Identities } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { textOf } from './expect.ts';

export type IdentitiesFixture = Fixture & {
  readonly identities: Identities;
  /** What an authority of this world makes of a request, PEM. */
  certify?(request: string): Promise<string>;
};

export function identitiesContract(make: Make<IdentitiesFixture>, options: SuiteOptions = {}): void {
  registerContract('identities', make, options, tests);
}

const tests: ContractTests<IdentitiesFixture> = {
  'the key is a P-256 key in PKCS #8': async ({ identities }) => {
    const { privateKey } = await identities.create('client-1');
    assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----\r?\n/);
    const key = createPrivateKey(privateKey);
    assert.equal(key.asymmetricKeyType, 'ec');
    assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  },

  'the request is PKCS #10, for that key, signed by it': async ({ identities }) => {
    const { privateKey, request } = await identities.create('client-1');
    const parsed = parseRequest(request);
    const publicKey = createPublicKey(privateKey);
    assert.ok(parsed.publicKey.equals(publicKey.export({ type: 'spki', format: 'der' })));
    assert.ok(isSignedBy(parsed, publicKey), 'the signature does not fit the key');
  },

  'the common name is taken as it is, whatever is in it': async ({ identities }) => {
    for (const name of [
      'client-1',
      'a, O=Other',
      'CN=x+OU="y"',
      'Zoë\\#',
      '0f8e2c1a-7a55-4b8e-9d1c-1f2e3d4c5b6a',
    ]) {
      const { request } = await identities.create(name);
      assert.deepEqual(parseRequest(request).commonNames, [name]);
    }
  },

  'every identity has a key of its own': async ({ identities }) => {
    const made = await Promise.all([identities.create('same'), identities.create('same')]);
    assert.notEqual(made[0].privateKey, made[1].privateKey);
  },

  'a certificate fits the key that it was asked for with, and no other': async (
    { identities, certify },
    context,
  ) => {
    if (certify === undefined) {
      context.skip('no authority can be had in this test');
      return;
    }
    const [own, other] = [await identities.create('one'), await identities.create('one')];
    const certificate = await certify(own.request);
    assert.equal(await identities.fits(certificate, own.privateKey), true);
    assert.equal(await identities.fits(certificate, other.privateKey), false);
  },

  'what is no certificate or no key fits nothing': async ({ identities, certify }) => {
    const { privateKey, request } = await identities.create('one');
    const certificate = (await certify?.(request)) ?? '';
    for (const [left, right] of [
      ['', privateKey],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', privateKey],
      [certificate, ''],
      [certificate, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ] as const) {
      assert.equal(await identities.fits(left, right), false);
    }
  },
};

type ParsedRequest = {
  readonly information: Buffer;
  readonly publicKey: Buffer;
  readonly signature: Buffer;
  /** Every relative distinguished name of the subject; each must be a lone common name. */
  readonly commonNames: readonly string[];
};

function isSignedBy({ information, signature }: ParsedRequest, publicKey: KeyObject): boolean {
  return verify('sha256', information, { key: publicKey, dsaEncoding: 'der' }, signature);
}

/** RFC 2986: CertificationRequest { info { version, subject, publicKeyInfo, attributes }, algorithm, signature }. */
function parseRequest(pem: string): ParsedRequest {
  const body =
    /^-----BEGIN CERTIFICATE REQUEST-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE REQUEST-----\s*$/.exec(pem);
  assert.ok(body?.[1] !== undefined, 'not a PEM request');
  const [request] = derElements(Buffer.from(body[1], 'base64'));
  const [information, , signature] = derElements(present(request).content);
  const [, subject, publicKey] = derElements(present(information).content);
  return {
    information: present(information).whole,
    publicKey: present(publicKey).whole,
    // The first byte of a BIT STRING counts its unused bits.
    signature: present(signature).content.subarray(1),
    commonNames: derElements(present(subject).content).map(commonNameOf),
  };
}

/** Object identifier 2.5.4.3, encoded. */
const commonNameIdentifier = '550403';

function commonNameOf(relativeName: DerElement): string {
  const attributes = derElements(relativeName.content);
  assert.equal(attributes.length, 1, 'several attributes in one relative distinguished name');
  const [type, value] = derElements(present(attributes[0]).content);
  assert.equal(present(type).content.toString('hex'), commonNameIdentifier);
  return textOf(present(value).content);
}

type DerElement = { readonly whole: Buffer; readonly content: Buffer };

/** The elements that stand one after the other in `bytes` (X.690, definite lengths only). */
function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let start = 0; start < bytes.length; ) {
    const first = bytes.readUInt8(start + 1);
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes);
    const content = start + 2 + lengthBytes;
    elements.push({
      whole: bytes.subarray(start, content + length),
      content: bytes.subarray(content, content + length),
    });
    start = content + length;
  }
  return elements;
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'the request ends too early');
  return value;
}
