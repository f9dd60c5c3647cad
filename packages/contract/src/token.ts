/** Enrolment tokens: the text that an administrator hands to a machine. */
import { HoldfastError } from './errors.ts';
import type { Sha256, SiteCode } from './ids.ts';

/** A token's parts: the site, the fingerprint of its policy key, and the secret that the site knows hashed. */
export type EnrolmentToken = {
  readonly siteCode: SiteCode;
  readonly policyKey: Sha256;
  /** 32 random bytes, base64url. */
  readonly secret: string;
};

const shape = /^HF1\.([A-Z0-9]{3})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export function formatToken(token: EnrolmentToken): string {
  const fingerprint = Buffer.from(token.policyKey, 'hex').toString('base64url');
  return `HF1.${token.siteCode}.${fingerprint}.${token.secret}`;
}

/** @throws HoldfastError `token.malformed` */
export function parseToken(text: string): EnrolmentToken {
  const [, siteCode, fingerprint, secret] = shape.exec(text.trim()) ?? [];
  if (siteCode === undefined || fingerprint === undefined || secret === undefined) {
    throw new HoldfastError('token.malformed', 'This is not an enrolment token.');
  }
  return { siteCode, policyKey: Buffer.from(fingerprint, 'base64url').toString('hex'), secret };
}
