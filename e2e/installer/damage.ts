/** Damage that every repair has to make good: files gone or changed, values gone or changed. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linuxMachine } from '@holdfast/machine';
import { openHost, programFile, type RegistryChange } from '@holdfast/msi';
import { type Snapshot, valueMark } from './snapshot.ts';

/** A whole number that a name always has. */
function chanceOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt8(0) / 256;
}

type Damage = 'removed' | 'changed';

/** Of four things one goes and one is changed. */
function damageOf(name: string): Damage | undefined {
  const chance = chanceOf(name);
  return chance < 0.25 ? 'removed' : chance < 0.5 ? 'changed' : undefined;
}

/** A program of a lower version, or other text: what every mode but `p` replaces. */
function changed(before: Uint8Array): Uint8Array {
  return before[0] === 0x4d && before[1] === 0x5a
    ? programFile([0, 0, 0, 1], [1033])
    : Buffer.from('Damaged.\r\n');
}

function damageFile(path: string, damage: Damage): void {
  if (damage === 'removed') rmSync(path);
  else writeFileSync(path, changed(readFileSync(path)));
}

/** Keys of the makers of the packages: what the installer keeps for itself is no matter of a repair. */
const isTheirs = /^HK(?:LM|CU)\\Software\\(?:Wow6432Node\\)?(?:Holdfast|SimonTatham|nunit\.org)\\/i;

function registryDamage(name: string, damage: Damage): RegistryChange {
  const [key = '', value = ''] = name.split(valueMark);
  const hive = key.startsWith('HKCU') ? 'HKCU' : 'HKLM';
  const place = { hive, key: key.slice(5), view: '64' } as const;
  return damage === 'removed'
    ? { kind: 'remove-value', place, name: value }
    : { kind: 'set', place, name: value, data: { kind: 'text', text: 'damaged' } };
}

/**
 * Damages what is in both Windows since `before`, the same in both; no wineserver runs on them.
 * @returns how many files and values
 */
export async function damage(
  roots: readonly string[],
  before: Snapshot,
  now: readonly Snapshot[],
): Promise<number> {
  const { disk, clock, entropy } = linuxMachine();
  const installer = { identity: { pid: 1, started: '1', bootId: '1' }, alive: async () => false };
  const chosen = (part: 'files' | 'registry', mayBe: (name: string) => boolean) =>
    [...(now[0]?.[part].keys() ?? [])].flatMap((name) => {
      const kind = damageOf(name);
      const inAll = now.every((one) => one[part].has(name));
      return kind !== undefined && inAll && !before[part].has(name) && mayBe(name) ? [{ name, kind }] : [];
    });
  const files = chosen(
    'files',
    (name) => !name.endsWith('/') && !/\.msi$|\.bat$|exit codes|\.lnk$|\.ini$/i.test(name),
  );
  const gone = chosen('files', (name) => /\.lnk$|\.ini$/i.test(name));
  const values = chosen('registry', (name) => isTheirs.test(name) && name.includes(valueMark));
  for (const root of roots) {
    for (const { name, kind } of files) damageFile(join(root, 'drive_c', name), kind);
    for (const { name } of gone) damageFile(join(root, 'drive_c', name), 'removed');
    const { registry } = await openHost(disk, root, { clock, entropy, installer });
    await registry.apply(values.map(({ name, kind }) => registryDamage(name, kind)));
  }
  return files.length + gone.length + values.length;
}
