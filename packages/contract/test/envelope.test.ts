/** Signed envelopes: what is trusted, and what is not. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Envelope, isHoldfastError, keyFingerprint, seal, unseal } from '../src/index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const refused = (thrown: unknown) => isHoldfastError(thrown, 'policy.untrusted');

test('a payload comes back byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (payload) => {
      assert.equal(
        unseal('holdfast/policy-index', seal('holdfast/policy-index', payload, privateKey), publicKey),
        payload,
      );
    }),
  );
});

test('one kind of payload never passes for another', () => {
  const envelope = seal('holdfast/site-trust', '{}', privateKey);
  assert.throws(() => unseal('holdfast/policy-index', envelope, publicKey), refused);
  const renamed: Envelope = { ...envelope, payloadType: 'holdfast/policy-index' };
  assert.throws(() => unseal('holdfast/policy-index', renamed, publicKey), refused);
});

test('any change of payload or signature is refused', () => {
  const envelope = seal('holdfast/policy-index', '{"serial":1}', privateKey);
  assert.throws(
    () => unseal('holdfast/policy-index', { ...envelope, payload: '{"serial":2}' }, publicKey),
    refused,
  );
  fc.assert(
    fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const bytes = Buffer.from(envelope.signature, 'base64url');
      bytes[place] = (bytes[place] ?? 0) ^ change;
      const signature = bytes.toString('base64url');
      assert.throws(() => unseal('holdfast/policy-index', { ...envelope, signature }, publicKey), refused);
    }),
  );
});

test('another key is refused, also under the name of the right one', () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const envelope = seal('holdfast/policy-index', '{}', other);
  assert.throws(() => unseal('holdfast/policy-index', envelope, publicKey), refused);
  const renamed = { ...envelope, keyId: keyFingerprint(publicKey) };
  assert.throws(() => unseal('holdfast/policy-index', renamed, publicKey), refused);
});

test('a key is named by its public half alone', () => {
  assert.equal(
    keyFingerprint(publicKey),
    keyFingerprint(createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })))),
  );
});
