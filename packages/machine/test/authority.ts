/** A certificate authority for tests. */
import '../src/shared/reflect.ts';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  type Extension,
  PemConverter,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type Issued = { readonly name: string; readonly certificate: string; readonly privateKey: string };

export type Authority = {
  /** PEM. */
  readonly certificate: string;
  issue(name: string, host?: { readonly ip: string }): Promise<Issued>;
  /** A certificate, PEM, for the key of a PKCS #10 request. */
  certify(request: string): Promise<string>;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hour = 3_600_000;

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const subject = `CN=${name}`;
  const own = await X509CertificateGenerator.createSelfSigned(
    {
      name: subject,
      keys,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [new BasicConstraintsExtension(true)],
    },
    webcrypto,
  );
  return {
    certificate: own.toString('pem'),
    issue: async (common, host) => {
      const { publicKey, privateKey } = await newKeys();
      const extensions: Extension[] = [new BasicConstraintsExtension(false)];
      if (host) extensions.push(new SubjectAlternativeNameExtension([{ type: 'ip', value: host.ip }]));
      const issued = await X509CertificateGenerator.create(
        {
          subject: `CN=${common}`,
          issuer: subject,
          publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          ...validity(),
          extensions,
        },
        webcrypto,
      );
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', privateKey);
      return {
        name: common,
        certificate: issued.toString('pem'),
        privateKey: PemConverter.encode(pkcs8, 'PRIVATE KEY'),
      };
    },
    certify: async (request) => {
      const { subject: common, publicKey } = new Pkcs10CertificateRequest(request);
      const issued = await X509CertificateGenerator.create(
        {
          subject: common,
          issuer: subject,
          publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          ...validity(),
        },
        webcrypto,
      );
      return issued.toString('pem');
    },
  };
}

function newKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
}
