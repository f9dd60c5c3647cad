/** Drawing new keys: chance, and therefore an adapter. */
import { generateKeyPairSync } from 'node:crypto';

/** Makes private keys as PKCS #8 PEM. */
export type KeyMaker = {
  /** P-256, for certificates. */
  certificateKey(): string;
  /** Ed25519, for signing policy. */
  policyKey(): string;
};

export const systemKeyMaker: KeyMaker = {
  certificateKey: () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  policyKey: () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
