/** Client identities, the same on every platform that Node runs on. */
import type { Identities } from '@holdfast/ports';

export function x509Identities(): Identities {
  return {
    create: async (commonName) => {
      // Loaded only here: a client makes an identity once in months, and keeps its memory small.
      const { createIdentity } = await import('./certificate-request.ts');
      return await createIdentity(commonName);
    },
  };
}
