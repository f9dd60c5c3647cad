/** Making the key pair of a client and the request for its certificate. */
export type Identities = {
  /** A new P-256 key (PKCS #8 PEM) and a PKCS #10 request (PEM) for it with this common name. */
  create(commonName: string): Promise<{ readonly privateKey: string; readonly request: string }>;
  /** Whether the certificate (PEM) is for this private key; false also where one of them cannot be read. */
  fits(certificate: string, privateKey: string): Promise<boolean>;
};
