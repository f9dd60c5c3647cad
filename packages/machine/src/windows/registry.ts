/** The Windows registry, read through RegGetValueW. */
import { HoldfastError } from '@holdfast/contract';
import type { Registry } from '@holdfast/ports';
import { win32, winError } from './win32.ts';

export type RegistryPlace = Parameters<Registry['read']>[0];

/** Predefined keys are sign-extended 32-bit numbers (winreg.h). */
const hives = { HKCU: 0xffff_ffff_8000_0001n, HKLM: 0xffff_ffff_8000_0002n } as const;

/** Flags of RegGetValueW (winreg.h): any type; `%variables%` stay as they are, whatever our own account has in them. */
const anyTypeNotExpanded = 0x0000_ffff | 0x1000_0000;
const viewFlags = { '64': 0x0001_0000, '32': 0x0002_0000 } as const;

const valueType = {
  text: 1,
  expandableText: 2,
  number32: 4,
  number32BigEndian: 5,
  multipleTexts: 7,
  number64: 11,
} as const;

/** How often a value that grows between asking for its size and reading it is asked for again. */
const growthLimit = 5;

/** Binary values are given as lower-case hexadecimal. */
export function windowsRegistry(): Registry {
  return { read: async (place) => readRegistry(place) };
}

/** @throws HoldfastError `disk.denied` where the value is there but this account may not read it */
export function readRegistry(place: RegistryPlace): string | undefined {
  // The calls take NUL for the end of a string: another key or value would be read.
  if (place.key === '' || place.key.includes('\0') || place.name.includes('\0')) return undefined;
  const type = Buffer.alloc(4);
  const size = Buffer.alloc(4);
  let data: Buffer | null = null;
  for (let attempt = 0; attempt <= growthLimit; attempt += 1) {
    const flags = anyTypeNotExpanded | viewFlags[place.view];
    const failure = win32().registryValue(hives[place.hive], place.key, place.name, flags, type, data, size);
    if (failure === winError.accessDenied) {
      throw new HoldfastError('disk.denied', `The registry refuses to show ${place.hive}\\${place.key}.`);
    }
    if (failure !== 0 && failure !== winError.moreData) return undefined;
    const length = size.readUInt32LE();
    if (failure === 0 && data !== null) return valueText(type.readUInt32LE(), data.subarray(0, length));
    data = Buffer.alloc(Math.max(length, 8));
    size.writeUInt32LE(data.length);
  }
  throw new HoldfastError('disk.busy', `${place.hive}\\${place.key} changes faster than it can be read.`);
}

function valueText(type: number, data: Buffer): string {
  switch (type) {
    case valueType.text:
    case valueType.expandableText:
      return data.toString('utf16le').split('\0', 1).join('');
    case valueType.multipleTexts:
      return data.toString('utf16le').replace(/\0+$/, '').replaceAll('\0', '\n');
    case valueType.number32:
      return String(data.readUInt32LE());
    case valueType.number32BigEndian:
      return String(data.readUInt32BE());
    case valueType.number64:
      return String(data.readBigUInt64LE());
    default:
      return data.toString('hex');
  }
}
