/** The shape of a signed envelope, apart from the making and checking of signatures: browsers read it too. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Sha256 } from './ids.ts';

/** What a signature is for. It is part of the signed bytes, so one kind can never pass for another. */
export const PayloadType = Type.Union([
  Type.Literal('holdfast/policy-index'),
  Type.Literal('holdfast/site-trust'),
  Type.Literal('holdfast/client-release'),
  Type.Literal('holdfast/client-component'),
  Type.Literal('holdfast/version-blessing'),
]);
export type PayloadType = Static<typeof PayloadType>;

export const Envelope = Type.Object(
  {
    payloadType: PayloadType,
    /** The signed text, kept byte for byte. */
    payload: Type.String({ maxLength: 16 * 1024 * 1024 }),
    /** Fingerprint of the signing key. */
    keyId: Sha256,
    /** Ed25519 signature, base64url. */
    signature: Type.String({ maxLength: 128 }),
  },
  { additionalProperties: false },
);
export type Envelope = Static<typeof Envelope>;
