/** Signed envelopes: the exact bytes of a payload with an Ed25519 signature, in the manner of DSSE. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Envelope, PayloadType } from './envelope-schema.ts';
import { HoldfastError } from './errors.ts';
import type { Sha256 } from './ids.ts';

/** SHA-256 over the key's SubjectPublicKeyInfo (DER): how a key is named and pinned. */
export function keyFingerprint(publicKey: KeyObject): Sha256 {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** Bytes that are signed: the pre-authentication encoding of DSSE (github.com/secure-systems-lab/dsse, protocol.md). */
function signedBytes(payloadType: PayloadType, payload: string): Buffer {
  const body = Buffer.from(payload, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `, 'utf8'),
    body,
  ]);
}

export function seal(payloadType: PayloadType, payload: string, privateKey: KeyObject): Envelope {
  return {
    payloadType,
    payload,
    keyId: keyFingerprint(createPublicKey(privateKey)),
    signature: sign(null, signedBytes(payloadType, payload), privateKey).toString('base64url'),
  };
}

/**
 * The payload, if the envelope is of this type and signed by this very key.
 * @throws HoldfastError `policy.untrusted`
 */
export function unseal(payloadType: PayloadType, envelope: Envelope, publicKey: KeyObject): string {
  const trusted =
    envelope.payloadType === payloadType &&
    envelope.keyId === keyFingerprint(publicKey) &&
    verify(
      null,
      signedBytes(payloadType, envelope.payload),
      publicKey,
      Buffer.from(envelope.signature, 'base64url'),
    );
  if (!trusted) {
    throw new HoldfastError('policy.untrusted', `The signature on a ${payloadType} is not the site's.`);
  }
  return envelope.payload;
}

/** Lower-case hexadecimal SHA-256 of bytes or UTF-8 text. */
export function sha256(data: Uint8Array | string): Sha256 {
  return createHash('sha256').update(data).digest('hex');
}
