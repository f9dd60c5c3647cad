/** Client identities: a P-256 key and its certificate request, the same on every platform that Node runs on. */
import './reflect.ts';
import { webcrypto } from 'node:crypto';
import type { Identities } from '@holdfast/ports';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export function x509Identities(): Identities {
  return {
    create: async (commonName) => {
      // Loaded only here: a client makes an identity once in months, and keeps its memory small.
      const { Name, PemConverter, Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const request = await Pkcs10CertificateRequestGenerator.create(
        {
          // As a structure and not as text: `a, O=b` must stay one common name.
          name: new Name([{ CN: [{ utf8String: commonName }] }]),
          keys,
          signingAlgorithm: algorithm,
        },
        webcrypto,
      );
      const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
      return {
        privateKey: `${PemConverter.encode(privateKey, 'PRIVATE KEY')}\n`,
        request: `${request.toString('pem')}\n`,
      };
    },
  };
}
