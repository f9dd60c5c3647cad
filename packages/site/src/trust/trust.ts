/** The site's keys: its certificate authority, and the Ed25519 policy key that clients pin. */
import type { Envelope, PayloadType, Sha256 } from '@holdfast/contract';

export type SiteTrustStore = {
  /** Fingerprint of the policy key, as tokens carry it. */
  readonly policyKeyId: Sha256;
  /** PEM of the policy key's public half. */
  readonly policyKey: string;
  /** PEM certificates of the authority. */
  readonly authorities: readonly string[];
  seal(payloadType: PayloadType, payload: string): Envelope;
  /** Signs a client's certificate. @throws HoldfastError `certificate.request-invalid` */
  issueClient(request: {
    certificateRequest: string;
    clientId: string;
  }): Promise<{
    certificate: string;
    serial: string;
    publicKey: Sha256;
    issuedAt: number;
    expiresAt: number;
  }>;
  /** Key and certificate of the management point, renewed when they near their end. */
  server(hostNames: readonly string[]): Promise<{ certificate: string; privateKey: string }>;
};
