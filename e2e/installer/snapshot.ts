/** What a Windows in a folder is: every file with its bytes, every key and value of its registry. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesSource } from '@holdfast/msi';
import { bytesOf, type RegistryValue } from '../../packages/msi/src/root/data.ts';
import type { Hive } from '../../packages/msi/src/root/hive.ts';
import { readHive } from '../../packages/msi/src/root/hive-reader.ts';
import { linkText } from './link.ts';

export type Snapshot = {
  /** Path below drive C with `/` -> SHA-256 of the content; folders end with `/` and have none. */
  readonly files: ReadonlyMap<string, string>;
  /** `HKLM\key` -> `key`, `HKLM\key -> name` -> type and data. */
  readonly registry: ReadonlyMap<string, string>;
};

const hives = { 'system.reg': 'HKLM', 'user.reg': 'HKCU', 'userdef.reg': 'HKU' } as const;

/** Between a key and the name of a value: no key has it in its name. */
export const valueMark = ' -> ';

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything below a folder; links are not followed. */
function* walk(folder: string): Generator<{ readonly path: string; readonly kind: 'folder' | 'file' }> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield { path, kind: 'file' };
    if (!entry.isDirectory()) continue;
    yield { path, kind: 'folder' };
    yield* walk(path);
  }
}

/** What is left in an .ini file that lost its last line. */
export const emptySections = 'only names of sections';

function contentOf(name: string, bytes: Buffer): string {
  if (/\.lnk$/i.test(name)) return linkText(bytes);
  if (/\.ini$/i.test(name) && /^(?:\[[^\]\r\n]*\][\r\n]*)+$/.test(bytes.toString('latin1')))
    return emptySections;
  return hashOf(bytes);
}

/** @param unchanging what is not read */
function filesOf(driveC: string, unchanging: RegExp): Map<string, string> {
  const files = new Map<string, string>();
  for (const { path, kind } of walk(driveC)) {
    const name = path.slice(driveC.length + 1);
    if (kind === 'folder') files.set(`${name}/`, 'folder');
    else files.set(name, unchanging.test(name) ? 'of Windows' : contentOf(name, readFileSync(path)));
  }
  return files;
}

/** Type and data; text in full, up to what a registry is made for. */
function valueText(value: RegistryValue): string {
  const { type, bytes } = bytesOf(value.data);
  const { data, stored } = value;
  const odd = stored === undefined || Buffer.from(stored).equals(bytes) ? '' : ` as ${hashOf(stored)}`;
  const told =
    data.kind === 'bytes'
      ? Buffer.from(bytes).toString('hex')
      : data.kind === 'texts'
        ? data.texts.join(' | ')
        : `${'text' in data ? data.text : data.number}`;
  return `${type} ${told}${odd}`;
}

function addHive(registry: Map<string, string>, name: string, hive: Hive): void {
  for (const { path, values } of hive.nodes.values()) {
    if (path === '') continue;
    const key = `${name}\\${path}`;
    registry.set(key, 'key');
    for (const value of values.values()) registry.set(`${key}${valueMark}${value.name}`, valueText(value));
  }
}

/** Files that Wine brings: programs and fonts of Windows itself, which no package here touches. */
const ofWindows =
  /^windows\/(?:system32|syswow64|winsxs|Fonts|Microsoft\.NET|globalization|resources|twain)/i;

/** @param path of the folder that has drive_c in it; no wineserver runs on it */
export async function takeSnapshot(path: string): Promise<Snapshot> {
  const registry = new Map<string, string>();
  for (const [file, name] of Object.entries(hives)) {
    addHive(registry, name, await readHive(bytesSource(readFileSync(join(path, file))), file));
  }
  return { files: filesOf(join(path, 'drive_c'), ofWindows), registry };
}
