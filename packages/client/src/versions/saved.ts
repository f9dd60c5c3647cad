/** What a client knows, saved before a switch: a new version that loses or spoils its state has not lost it for the old one. */
import { isHoldfastError, type Uuid } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, removeTree, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import { readSettings, settingsIn, settingsName } from '../settings.ts';
import type { ClientState } from '../state.ts';
import { withVersions } from './record.ts';

const savedName = 'saved.json';
/** Bytes of the longest one that is written and read. */
const savedLimit = 256 * 1024 ** 2;
const keyLimit = 16 * 1024;
/** Bytes of the longest settings. */
const settingsLimit = 64 * 1024;

type Saved = {
  readonly state: ClientState;
  /** Contents by name: private keys. */
  readonly keys: Readonly<Record<string, string>>;
  readonly settings: string | null;
};

/** Saves it, durably, for its owner's eyes. */
export async function save(folder: Folder, versions: Folder, state: ClientState): Promise<void> {
  const keys: Record<string, string> = {};
  await withOpen(openPath(folder, ['keys'], { create: true }), async (kept) => {
    for (const { name, kind } of await kept.list()) {
      if (kind === 'file') keys[name] = Buffer.from(await readWhole(kept, name, keyLimit)).toString('utf8');
    }
  });
  const settings = (await folder.entry(settingsName))
    ? Buffer.from(await readWhole(folder, settingsName, settingsLimit)).toString('utf8')
    : null;
  const saved: Saved = { state, keys, settings };
  await replaceFile(versions, savedName, Buffer.from(JSON.stringify(saved), 'utf8'), { mode: 0o600 });
}

export async function forgetSaved(versions: Folder): Promise<void> {
  await removeIfThere(versions, savedName);
  await versions.sync();
}

/**
 * How the site was reached before the switch, whatever a version on trial has made of keys and settings since; undefined
 * where nothing was saved.
 */
export async function savedContact(
  folder: Folder,
): Promise<{ readonly site: string; readonly tls: TlsIdentity } | undefined> {
  const saved = await withVersions(folder, readSaved);
  const settings = saved?.settings ? settingsIn(saved.settings) : undefined;
  const { trust, identity } = saved?.state ?? {};
  const privateKey = identity ? saved?.keys[identity.keyFile] : undefined;
  if (!settings || !trust || !identity || privateKey === undefined) return undefined;
  const { authorities } = trust;
  return { site: settings.site, tls: { authorities, certificate: identity.certificate, privateKey } };
}

/**
 * Puts back what is missing beside the journal, and what is damaged: keys, which never change under their names, and settings
 * that cannot be read any more.
 */
export async function restoreFiles(folder: Folder, versions: Folder): Promise<void> {
  const saved = await readSaved(versions);
  if (!saved) return;
  await withOpen(openPath(folder, ['keys'], { create: true }), async (kept) => {
    for (const [name, text] of Object.entries(saved.keys)) {
      const whole = name.endsWith('.key')
        ? (await textIn(kept, name, keyLimit)) === text
        : (await kept.entry(name)) !== undefined;
      if (!whole) await putBack(kept, name, text, 0o600);
    }
  });
  const { settings } = saved;
  if (settings !== null && !(await readSettings(folder))) {
    await putBack(folder, settingsName, settings, 0o644);
  }
}

/** Whatever lies there: a folder may stand in a file's place. */
async function putBack(folder: Folder, name: string, text: string, mode: number): Promise<void> {
  if ((await folder.entry(name))?.kind === 'folder') await removeTree(folder, name);
  await replaceFile(folder, name, Buffer.from(text, 'utf8'), { mode });
}

/** Undefined where it is not there, or longer than what was saved can be. */
async function textIn(folder: Folder, name: string, limit: number): Promise<string | undefined> {
  try {
    return Buffer.from(await readWhole(folder, name, limit)).toString('utf8');
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found', 'disk.failed')) throw thrown;
    return undefined;
  }
}

/**
 * What the journal knew when it was saved; undefined where nothing was. The numbers of its messages were used by the
 * version after it: they go on in a stream of their own.
 *
 * @param stream names the new outbox
 */
export async function salvage(folder: Folder, stream: Uuid): Promise<ClientState | undefined> {
  const saved = await withVersions(folder, readSaved);
  if (!saved) return undefined;
  const messages = saved.state.outbox.messages.map((message, index) => ({ ...message, seq: index + 1 }));
  return { ...saved.state, outbox: { stream, next: messages.length + 1, messages } };
}

/** Of this client's own making, in a folder that its account alone may write; what is no JSON counts for nothing. */
async function readSaved(versions: Folder): Promise<Saved | undefined> {
  try {
    return JSON.parse(
      Buffer.from(await readWhole(versions, savedName, savedLimit)).toString('utf8'),
    ) as Saved;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || isHoldfastError(thrown, 'disk.not-found', 'disk.failed'))
      return undefined;
    throw thrown;
  }
}
