/** Who the client is: its private key in a file of its own, its certificate and the site's authorities in the journal. */
import { HoldfastError, isHoldfastError, SiteTrust, Timestamp, Uuid } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { ClientContext } from '../context.ts';
import { jsonReader } from '../site.ts';
import type { Identity, PendingIdentity, Trust } from '../state.ts';

/** Bytes of the longest private key file. */
const keyFileLimit = 16 * 1024;

/** Name of the copy of the identity, beside the keys, and bytes of the longest one. */
const copyName = 'identity.json';
const copyLimit = 256 * 1024;

const KeptIdentity = Type.Object({
  trust: Type.Object({ ...SiteTrust.properties, policyKey: Type.String() }),
  identity: Type.Object({
    clientId: Uuid,
    keyFile: Type.String(),
    certificate: Type.String(),
    issuedAt: Timestamp,
    expiresAt: Timestamp,
  }),
});
type KeptIdentity = Static<typeof KeptIdentity>;
const readCopy = jsonReader(KeptIdentity, 'copy of the identity');

const keyFolder = (folder: Folder) => openPath(folder, ['keys'], { create: true });

/**
 * Makes a key and a request, and has both durable before anyone hears of them: a lost answer or a crash is
 * repeated with the same key, which gives the same client again.
 */
export async function newPending(context: ClientContext, trust: Trust): Promise<PendingIdentity> {
  const { ports, folder, journal } = context;
  const id = ports.entropy.uuid();
  const { privateKey, request } = await ports.identities.create('holdfast-client');
  return await withOpen(keyFolder(folder), async (keys) => {
    const pending = { keyFile: `${id}.key`, request, trust };
    await replaceFile(keys, pending.keyFile, Buffer.from(privateKey, 'utf8'), { mode: 0o600 });
    await journal.commit({ kind: 'identity-pending', pending });
    return pending;
  });
}

/** How the client shows itself to its site. @throws HoldfastError `certificate.required` when it is not enrolled */
export async function ownTls(context: ClientContext): Promise<TlsIdentity> {
  return await tlsOf(context.folder, enrolled(context));
}

/**
 * The same for a program beside the client, by the copy of the identity. Undefined where none is known.
 * @throws HoldfastError `disk.*` where the key cannot be read
 */
export async function keptTls(folder: Folder): Promise<TlsIdentity | undefined> {
  const kept = await keptIdentity(folder);
  return kept && (await tlsOf(folder, kept));
}

async function tlsOf(
  folder: Folder,
  { trust, identity }: { readonly trust: Trust; readonly identity: Identity },
): Promise<TlsIdentity> {
  return await withOpen(keyFolder(folder), async (keys) => {
    const privateKey = await readWhole(keys, identity.keyFile, keyFileLimit);
    return {
      authorities: trust.authorities,
      certificate: identity.certificate,
      privateKey: Buffer.from(privateKey).toString('utf8'),
    };
  });
}

/** Trust and identity of an enrolled client. @throws HoldfastError `certificate.required` */
export function enrolled(context: ClientContext): { trust: Trust; identity: Identity } {
  const { trust, identity } = context.journal.state;
  if (trust && identity) return { trust, identity };
  throw new HoldfastError('certificate.required', 'This client is not enrolled yet.');
}

/**
 * Brings the folder of keys up to date with the journal: a copy of who the client is, for the day on which the
 * journal is damaged, and no keys that nothing refers to any more.
 */
export async function keepIdentity(context: ClientContext): Promise<void> {
  const { trust, identity, pending } = context.journal.state;
  await withOpen(keyFolder(context.folder), async (keys) => {
    if (trust && identity) {
      const copy = Buffer.from(JSON.stringify({ trust, identity }), 'utf8');
      await replaceFile(keys, copyName, copy, { mode: 0o600 });
    }
    const used = new Set([copyName, identity?.keyFile, pending?.keyFile]);
    for (const { name } of await keys.list()) {
      if (!used.has(name)) await removeIfThere(keys, name);
    }
    await keys.sync();
  });
}

/** Who the client was when its journal was whole; undefined where that is not known. */
export async function keptIdentity(folder: Folder): Promise<KeptIdentity | undefined> {
  try {
    return await readIdentity(folder);
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return undefined;
    throw thrown;
  }
}

/** The same; undefined where it is gone or damaged. @throws HoldfastError `disk.*` for what could not be looked at */
export async function readIdentity(folder: Folder): Promise<KeptIdentity | undefined> {
  return await withOpen(keyFolder(folder), async (keys) => {
    const { size } = (await keys.entry(copyName)) ?? { size: copyLimit + 1 };
    if (size > copyLimit) return undefined;
    const text = Buffer.from(await readWhole(keys, copyName, copyLimit)).toString('utf8');
    try {
      return readCopy(text);
    } catch (thrown) {
      if (isHoldfastError(thrown, 'network.response-invalid')) return undefined;
      throw thrown;
    }
  });
}
