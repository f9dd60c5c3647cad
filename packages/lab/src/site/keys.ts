/** Keys and signatures that depend on the seed alone: Node's own generators and ECDSA draw fresh chance each time. */
import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Random } from '../world/random.ts';

/** Order of the group of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** What stands before 32 bytes of seed in the PKCS #8 form of an Ed25519 key (RFC 8410, 7). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export function ed25519Key(random: Random): KeyObject {
  const key = Buffer.concat([ed25519Prefix, random.bytes(32)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

export type EcdsaKey = {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** ECDSA with SHA-256, as DER; the nonce comes from the stream that made the key. */
  sign(data: Uint8Array): Buffer;
};

export function p256Key(random: Random): EcdsaKey {
  const secret = scalar(random);
  const point = pointOf(secret);
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: bytes32(secret).toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  return {
    privateKey,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    sign(data) {
      const digest = toInteger(createHash('sha256').update(data).digest());
      const nonce = scalar(random);
      const r = toInteger(pointOf(nonce).subarray(1, 33)) % order;
      const s = (inverse(nonce) * (digest + r * secret)) % order;
      return der(0x30, derInteger(r), derInteger(s));
    },
  };
}

/** One DER element (X.690) of this tag around its contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x82]), length, content]);
}

export function pem(label: string, content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The bytes of a PEM text of this label; undefined where it is none. */
export function pemContent(label: string, text: string): Buffer | undefined {
  const [, body] =
    new RegExp(`^-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----\\s*$`).exec(text) ?? [];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}

/** 1 <= n < order. */
function scalar(random: Random): bigint {
  return 1n + (toInteger(random.bytes(32)) % (order - 1n));
}

function pointOf(secret: bigint): Buffer {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(bytes32(secret));
  return curve.getPublicKey();
}

function bytes32(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Modulo the prime order of the group: the extended algorithm of Euclid. */
function inverse(value: bigint): bigint {
  let [low, high] = [value, order];
  let [factor, other] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [high, low] = [low, high % low];
    [other, factor] = [factor, other - quotient * factor];
  }
  return ((factor % order) + order) % order;
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return der(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}
