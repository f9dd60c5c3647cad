/** Client identities, the same on every platform that Node runs on. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Identities } from '@holdfast/ports';

export function x509Identities(): Identities {
  return {
    create: async (commonName) => {
      // Loaded only here: a client makes an identity once in months, and keeps its memory small.
      const { createIdentity } = await import('./certificate-request.ts');
      return await createIdentity(commonName);
    },
    fits: async (certificate, privateKey) => {
      try {
        return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
      } catch {
        // OpenSSL's own errors: one of them is not what it should be.
        return false;
      }
    },
  };
}
