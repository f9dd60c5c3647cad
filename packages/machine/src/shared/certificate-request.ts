/** A P-256 key and its PKCS #10 certificate request. Heavy: to be imported only when an identity is made. */
import './reflect.ts';
import { webcrypto } from 'node:crypto';
import type { Identities } from '@holdfast/ports';
import { Name, PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export const createIdentity: Identities['create'] = async (commonName) => {
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
};
