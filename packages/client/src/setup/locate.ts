/** Phase `locate`: which site, and whom to trust there. */
import {
  type EnrolmentToken,
  HoldfastError,
  isHoldfastError,
  keyFingerprint,
  parseToken,
  SiteCode,
} from '@holdfast/contract';
import { readWhole, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import * as Type from 'typebox';
import { keptIdentity } from '../enrolment/identity.ts';
import { learnTrust, readPublicKey } from '../enrolment/trust.ts';
import { readSettings } from '../settings.ts';
import { createSite, jsonReader, type Site } from '../site.ts';
import type { Trust } from '../state.ts';
import { inheritanceOf } from './predecessors/present.ts';
import type { FoundSite } from './progress.ts';
import type { Phase, SetUp } from './set-up.ts';

/** What a pre-configured source says of its site. */
export const sourceFileName = 'holdfast-setup.json';
const sourceFileLimit = 64 * 1024;
const SourceFile = Type.Object({
  managementPoint: Type.Optional(Type.String({ maxLength: 2_048 })),
  token: Type.Optional(Type.String({ maxLength: 512 })),
  siteCode: Type.Optional(SiteCode),
});
const readSourceFile = jsonReader(SourceFile, sourceFileName);

/** Name of the SRV record below a machine's domain. */
const serviceName = '_holdfast-mp._tcp';
/** Addresses of one record that are tried: whoever answers for a domain may name any number. */
const mostAddresses = 8;

type Candidates = { readonly addresses: readonly string[]; readonly token: string | null };

export const locate: Phase = async (setUp) => {
  const { host, state } = setUp;
  const { addresses, token } = await candidates(setUp);
  if (addresses.length === 0) {
    throw new HoldfastError(
      'setup.site-unknown',
      'No site was named, and none was found by the name service.',
    );
  }
  const known = (await keptIdentity(state))?.trust;
  const older = known || token !== null ? undefined : await olderTrust(setUp);
  let failure: unknown;
  for (const address of addresses) {
    try {
      const site = await reach(setUp, address, token, { known, older });
      host.log(`site ${site.trust.siteCode} at ${address}`);
      return { kind: 'ended', change: { site } };
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
      host.log(`${address}: ${thrown.message}`);
      // Of several, one that is out of reach says more than one that is not ours: it may still come.
      if (failure === undefined || !isOurFault(thrown)) failure = thrown;
    }
  }
  throw failure;
};

const isOurFault = ({ code }: HoldfastError) => code === 'site.untrusted' || code.startsWith('token.');

async function reach(
  { host, progress, signal }: SetUp,
  address: string,
  token: string | null,
  { known, older }: { readonly known: Trust | undefined; readonly older: TrustedKey | undefined },
): Promise<FoundSite> {
  const site = createSite(address, host.ports);
  if (token === null) {
    if (older) return { address, trust: await learnTrust(site, older, signal), token: null };
    if (known) return { address, trust: known, token: null };
    throw new HoldfastError('setup.site-unknown', 'There is no token, and no client of before to go by.');
  }
  const parsed = parseToken(token);
  const { siteCode } = progress().request;
  if (siteCode !== null && siteCode !== parsed.siteCode) {
    throw new HoldfastError(
      'command.invalid',
      `SITECODE is ${siteCode}, the token is for ${parsed.siteCode}.`,
    );
  }
  return { address, trust: await trustOf(site, parsed, known, signal), token };
}

type TrustedKey = Pick<EnrolmentToken, 'siteCode' | 'policyKey'>;

/** The policy key that an older client on this machine has pinned: what the site says now must be signed with it. */
async function olderTrust(setUp: SetUp): Promise<TrustedKey | undefined> {
  const identity = (await inheritanceOf(setUp))?.identity;
  if (identity?.kind !== 'certificate') return undefined;
  const { policyKey, siteCode } = identity;
  return { siteCode, policyKey: keyFingerprint(readPublicKey(policyKey)) };
}

/** A client of this very site needs not ask again: what is to be mended may be mended without a network. */
async function trustOf(
  site: Site,
  token: EnrolmentToken,
  known: Trust | undefined,
  signal: AbortSignal | undefined,
): Promise<Trust> {
  try {
    return await learnTrust(site, token, signal);
  } catch (thrown) {
    const isAway = isHoldfastError(thrown) && thrown.code.startsWith('network.');
    if (!isAway || known?.siteCode !== token.siteCode) throw thrown;
    if (keyFingerprint(readPublicKey(known.policyKey)) !== token.policyKey) throw thrown;
    return known;
  }
}

/** Argument, file of the source, the client of before, an older one, name service: the first that names a site. */
async function candidates(setUp: SetUp): Promise<Candidates> {
  const { host, state, progress } = setUp;
  const { request } = progress();
  const file = request.source === null ? undefined : await sourceFile(host.ports.disk, request.source);
  const token = request.token ?? file?.token ?? null;
  if (request.managementPoints.length > 0) return { addresses: request.managementPoints, token };
  if (file?.managementPoint !== undefined) return { addresses: [file.managementPoint], token };
  const settings = await readSettings(state);
  if (settings) return { addresses: [settings.site], token };
  const older = (await inheritanceOf(setUp))?.site ?? null;
  return { addresses: older === null ? await announced(host.ports.names) : [older], token };
}

async function sourceFile(
  disk: { open(path: string): Promise<Folder> },
  path: string,
): Promise<Type.Static<typeof SourceFile> | undefined> {
  return await withOpen(disk.open(path), async (folder) => {
    if (!(await folder.entry(sourceFileName))) return undefined;
    const text = Buffer.from(await readWhole(folder, sourceFileName, sourceFileLimit)).toString('utf8');
    return readSourceFile(text);
  });
}

/** What the domains of this machine announce. Anyone may: the token's fingerprint decides who is believed. */
async function announced(names: SetUp['host']['ports']['names']): Promise<readonly string[]> {
  for (const domain of (await names?.domains()) ?? []) {
    const found = (await names?.srv(`${serviceName}.${domain}`)) ?? [];
    const addresses = found
      .filter(({ host, port }) => /^[A-Za-z0-9.-]{1,253}$/.test(host) && port > 0)
      .map(({ host, port }) => `https://${host.replace(/\.$/, '')}:${port}`);
    if (addresses.length > 0) return addresses.slice(0, mostAddresses);
  }
  return [];
}
