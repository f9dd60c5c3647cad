/** The identities port: true P-256 keys and true PKCS #10 requests, all from the seed. */
import { createPublicKey } from 'node:crypto';
import { keyFingerprint } from '@holdfast/contract';
import type { Identities } from '@holdfast/ports';
import { der, p256Key, pem, pemContent } from '../site/keys.ts';
import type { Calls, Life } from '../world/calls.ts';
import type { Random } from '../world/random.ts';

const commonNameIdentifier = Buffer.from('0603550403', 'hex');
const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex');

export function identitiesPort(random: Random, calls: Calls, life: Life): Identities {
  return {
    create: (commonName) =>
      calls.call(life, 'identities.create', [commonName], () => identity(random, commonName)),
    fits: (certificate, privateKey) =>
      calls.call(life, 'identities.fits', [certificate], () => fits(certificate, privateKey)),
  };
}

/** Certificates of this world name the fingerprint of their key (`site/network.ts`). */
function fits(certificate: string, privateKey: string): boolean {
  try {
    const content = pemContent('CERTIFICATE', certificate)?.toString('utf8') ?? '';
    const { publicKey } = JSON.parse(content) as { publicKey?: unknown };
    return publicKey === keyFingerprint(createPublicKey(privateKey));
  } catch {
    return false;
  }
}

/** RFC 2986: CertificationRequest { info { version, subject, publicKeyInfo, attributes }, algorithm, signature }. */
export function identity(random: Random, commonName: string): { privateKey: string; request: string } {
  const key = p256Key(random);
  const name = der(0x30, commonNameIdentifier, der(0x0c, Buffer.from(commonName, 'utf8')));
  const information = der(
    0x30,
    der(0x02, Buffer.of(0)),
    der(0x30, der(0x31, name)),
    key.publicKey,
    der(0xa0),
  );
  const signature = der(0x03, Buffer.of(0), key.sign(information));
  return {
    privateKey: pem('PRIVATE KEY', key.privateKey.export({ type: 'pkcs8', format: 'der' })),
    request: pem('CERTIFICATE REQUEST', der(0x30, information, ecdsaWithSha256, signature)),
  };
}
