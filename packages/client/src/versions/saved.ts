/** What a client knows, saved before a switch: a new version that loses or spoils its state has not lost it for the old one. */
import { isHoldfastError, type Uuid } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { settingsName } from '../settings.ts';
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

/** Puts back what is missing beside the journal: keys and settings. Nothing that is there is touched. */
export async function restoreFiles(folder: Folder, versions: Folder): Promise<void> {
  const saved = await readSaved(versions);
  if (!saved) return;
  await withOpen(openPath(folder, ['keys'], { create: true }), async (kept) => {
    for (const [name, text] of Object.entries(saved.keys)) {
      if (!(await kept.entry(name)))
        await replaceFile(kept, name, Buffer.from(text, 'utf8'), { mode: 0o600 });
    }
  });
  if (saved.settings !== null && !(await folder.entry(settingsName))) {
    await replaceFile(folder, settingsName, Buffer.from(saved.settings, 'utf8'));
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
