/** The site's keys: its certificate authority, and the Ed25519 policy key that clients pin. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import {
  type Envelope,
  HoldfastError,
  isHoldfastError,
  keyFingerprint,
  type PayloadType,
  type Sha256,
  seal,
} from '@holdfast/contract';
import { openPath, readWhole, replaceFile } from '@holdfast/engine';
import type { Clock, Disk, Entropy, Folder } from '@holdfast/ports';
import { type Authority, checkRequest, day, isAddress, selfSigned, signCertificate } from './certificates.ts';
import type { KeyMaker } from './keys.adapter.ts';

export type SiteTrustStore = {
  /** Fingerprint of the policy key, as tokens carry it. */
  readonly policyKeyId: Sha256;
  /** PEM of the policy key's public half. */
  readonly policyKey: string;
  /** PEM certificates of the authority. */
  readonly authorities: readonly string[];
  seal(payloadType: PayloadType, payload: string): Envelope;
  /** Signs a client's certificate. @throws HoldfastError `certificate.request-invalid` */
  issueClient(request: { certificateRequest: string; clientId: string }): Promise<{
    certificate: string;
    serial: string;
    publicKey: Sha256;
    issuedAt: number;
    expiresAt: number;
  }>;
  /** Key and certificate of the management point, renewed when they near their end. */
  server(hostNames: readonly string[]): Promise<{ certificate: string; privateKey: string }>;
};

/** What making and using keys needs of the machine. */
export type TrustPorts = {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly keys: KeyMaker;
};

const authorityLife = 10 * 365 * day;
const defaultClientLife = 365 * day;
const serverLife = 365 * day;
/** The server's certificate is renewed when less than this part of its life is left. */
const renewalPart = 1 / 3;

/** Bytes; keys and certificates are far smaller. */
const keyFileLimit = 64 * 1024;
const serialBytes = 16;

const keysFolder = 'keys';
const files = {
  authorityKey: 'authority.key',
  authorityCertificate: 'authority.crt',
  policyKey: 'policy.key',
  serverKey: 'server.key',
  serverCertificate: 'server.crt',
} as const;

async function withKeys<T>(disk: Disk, dataFolder: string, work: (keys: Folder) => Promise<T>): Promise<T> {
  await using data = await disk.open(dataFolder);
  await using keys = await openPath(data, [keysFolder], { create: true });
  return await work(keys);
}

async function readPem(keys: Folder, name: string): Promise<string | undefined> {
  try {
    return Buffer.from(await readWhole(keys, name, keyFileLimit)).toString('utf8');
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) return undefined;
    throw thrown;
  }
}

const writePem = (keys: Folder, name: string, pem: string) =>
  replaceFile(keys, name, Buffer.from(pem, 'utf8'));

/**
 * Makes the keys of a new site. What a creation that was cut off has left is used and not made again.
 * @throws HoldfastError `disk.*`
 */
export async function createTrust(
  ports: TrustPorts,
  options: { dataFolder: string; siteCode: string },
): Promise<void> {
  await withKeys(ports.disk, options.dataFolder, async (keys) => {
    if (!(await keys.entry(files.policyKey))) await writePem(keys, files.policyKey, ports.keys.policyKey());
    if (await keys.entry(files.authorityCertificate)) return;
    const privateKey = ports.keys.certificateKey();
    const certificate = await selfSigned({
      name: `Holdfast site ${options.siteCode}`,
      privateKey,
      random: ports.entropy.bytes(serialBytes),
      now: ports.clock.now(),
      life: authorityLife,
    });
    await writePem(keys, files.authorityKey, privateKey);
    await writePem(keys, files.authorityCertificate, certificate);
  });
}

/** Whether a server certificate may stay: ours, for these names, and not near its end. */
function serves(
  certificate: string,
  authority: Authority,
  hostNames: readonly string[],
  now: number,
): boolean {
  const server = new X509Certificate(certificate);
  if (!server.verify(new X509Certificate(authority.certificate).publicKey)) return false;
  const notBefore = Date.parse(server.validFrom);
  const notAfter = Date.parse(server.validTo);
  if (notAfter - now < (notAfter - notBefore) * renewalPart) return false;
  return hostNames.every(
    (name) => (isAddress(name) ? server.checkIP(name) : server.checkHost(name)) !== undefined,
  );
}

/**
 * Opens the keys of a site.
 * @param options.clientLife life of a client certificate in milliseconds, a year unless given
 * @throws HoldfastError `site.missing`, `disk.*`
 */
export async function openTrust(
  ports: TrustPorts,
  options: { dataFolder: string; clientLife?: number },
): Promise<SiteTrustStore> {
  const { clock, entropy } = ports;
  const { authority, policyPem } = await withKeys(ports.disk, options.dataFolder, async (keys) => {
    const certificate = await readPem(keys, files.authorityCertificate);
    const privateKey = await readPem(keys, files.authorityKey);
    const policyPem = await readPem(keys, files.policyKey);
    if (certificate === undefined || privateKey === undefined || policyPem === undefined) {
      throw new HoldfastError('site.missing', 'The data folder does not hold the keys of a site.');
    }
    return { authority: { certificate, privateKey } satisfies Authority, policyPem };
  });
  const policyPrivateKey = createPrivateKey(policyPem);
  const policyPublicKey = createPublicKey(policyPrivateKey);

  async function issueServer(keys: Folder, hostNames: readonly string[]) {
    const privateKey = ports.keys.certificateKey();
    const { certificate } = await signCertificate({
      authority,
      commonName: hostNames[0] ?? 'localhost',
      publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
      purpose: 'server',
      hostNames,
      random: entropy.bytes(serialBytes),
      now: clock.now(),
      life: serverLife,
    });
    await writePem(keys, files.serverKey, privateKey);
    await writePem(keys, files.serverCertificate, certificate);
    return { certificate, privateKey };
  }

  return {
    policyKeyId: keyFingerprint(policyPublicKey),
    policyKey: policyPublicKey.export({ type: 'spki', format: 'pem' }).toString(),
    authorities: [authority.certificate],
    seal: (payloadType, payload) => seal(payloadType, payload, policyPrivateKey),
    async issueClient({ certificateRequest, clientId }) {
      const request = await checkRequest(certificateRequest);
      const issuedAt = clock.now();
      const issued = await signCertificate({
        authority,
        commonName: clientId,
        publicKey: request.publicKey,
        purpose: 'client',
        random: entropy.bytes(serialBytes),
        now: issuedAt,
        life: options.clientLife ?? defaultClientLife,
      });
      return { ...issued, publicKey: request.fingerprint, issuedAt };
    },
    server: (hostNames) =>
      withKeys(ports.disk, options.dataFolder, async (keys) => {
        const certificate = await readPem(keys, files.serverCertificate);
        const privateKey = await readPem(keys, files.serverKey);
        const kept =
          certificate !== undefined &&
          privateKey !== undefined &&
          serves(certificate, authority, hostNames, clock.now()) &&
          new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
        return kept ? { certificate, privateKey } : await issueServer(keys, hostNames);
      }),
  };
}
