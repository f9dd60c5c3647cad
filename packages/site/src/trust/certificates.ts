/** X.509 by @peculiar/x509: the authority's own certificate, those that it signs, and requests that are checked. */
import './reflect.ts';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { HoldfastError, keyFingerprint, type Sha256 } from '@holdfast/contract';
import * as x509 from '@peculiar/x509';

/** A certificate authority as kept in the data folder: PEM both. */
export type Authority = { readonly certificate: string; readonly privateKey: string };

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
export const hour = 3_600_000;
export const day = 24 * hour;
/** Certificates are valid from an hour before they are made: clocks of clients lag. */
const backdating = hour;

async function signingKey(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' });
  return await webcrypto.subtle.importKey('pkcs8', der, curve, true, ['sign']);
}

async function verifyingKey(publicKey: Buffer): Promise<webcrypto.CryptoKey> {
  return await webcrypto.subtle.importKey('spki', publicKey, curve, true, ['verify']);
}

function publicHalf(privateKey: string): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
}

/** Hexadecimal serial number of 16 random bytes, positive as DER wants it. */
function serialNumber(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** Signs the authority's own certificate over its key. Life in milliseconds. */
export async function selfSigned(options: {
  name: string;
  privateKey: string;
  random: Uint8Array;
  now: number;
  life: number;
}): Promise<string> {
  const publicKey = await verifyingKey(publicHalf(options.privateKey));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(options.random),
    name: [{ CN: [options.name] }],
    notBefore: new Date(options.now - day),
    notAfter: new Date(options.now + options.life),
    signingAlgorithm: signing,
    keys: { privateKey: await signingKey(options.privateKey), publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return certificate.toString('pem');
}

export type CertificateOrder = {
  readonly authority: Authority;
  readonly commonName: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly purpose: 'client' | 'server';
  /** Host names and IP addresses of a server. */
  readonly hostNames?: readonly string[];
  readonly random: Uint8Array;
  readonly now: number;
  /** Milliseconds. */
  readonly life: number;
};

/** Whether a name is an IP address: it stands in another place of a certificate than a host name. */
export const isAddress = (name: string): boolean => /^[0-9.]+$/.test(name) || name.includes(':');

/** Signs a certificate for a client or for the management point. */
export async function signCertificate(
  order: CertificateOrder,
): Promise<{ certificate: string; serial: string; expiresAt: number }> {
  const authority = new x509.X509Certificate(order.authority.certificate);
  const publicKey = await verifyingKey(order.publicKey);
  const serial = serialNumber(order.random);
  // Whole seconds: a certificate does not know smaller ones.
  const expiresAt = Math.floor(Math.min(order.now + order.life, authority.notAfter.getTime()) / 1000) * 1000;
  const usage =
    order.purpose === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
  const names = (order.hostNames ?? []).map(
    (value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }) as const,
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [order.commonName] }],
    issuer: authority.subjectName,
    notBefore: new Date(order.now - backdating),
    notAfter: new Date(expiresAt),
    signingAlgorithm: signing,
    publicKey,
    signingKey: await signingKey(order.authority.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate: certificate.toString('pem'), serial, expiresAt };
}

/** What is taken from a request: its key alone. Name and extensions are the site's to give. */
export type CheckedRequest = { readonly publicKey: Buffer; readonly fingerprint: Sha256 };

/**
 * Reads a PKCS #10 request and checks that it is for a P-256 key and signed by that key.
 * @throws HoldfastError `certificate.request-invalid`
 */
export async function checkRequest(pem: string): Promise<CheckedRequest> {
  const refuse = (why: string, cause?: unknown) =>
    new HoldfastError('certificate.request-invalid', `The certificate request ${why}.`, { cause });
  if (!/^-----BEGIN CERTIFICATE REQUEST-----/.test(pem.trim())) throw refuse('is not PKCS #10 in PEM');
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const publicKey = Buffer.from(request.publicKey.rawData);
    const key = createPublicKey({ key: publicKey, type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
      throw refuse('is not for a P-256 key');
    }
    if (!(await request.verify())) throw refuse('is not signed by its own key');
    return { publicKey: key.export({ type: 'spki', format: 'der' }), fingerprint: keyFingerprint(key) };
  } catch (thrown) {
    if (thrown instanceof HoldfastError) throw thrown;
    throw refuse('cannot be read', thrown);
  }
}
