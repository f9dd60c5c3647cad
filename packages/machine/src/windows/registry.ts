/** The Windows registry, through the calls of winreg.h. */
import { HoldfastError, systemError } from '@holdfast/contract';
import type { Registry, RegistryPlace } from '@holdfast/ports';
import { registryCalls } from './registry-calls.ts';
import { type Handle, win32, winError } from './win32.ts';

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
  return {
    read: async (place) => readRegistry(place),
    write: async (place, text) => writeRegistry(place, text),
    remove: async (place) => removeRegistry(place),
  };
}

/** ERROR_INVALID_PARAMETER */
const invalidParameter = 87;
/** KEY_SET_VALUE, and KEY_QUERY_VALUE for the flush; with KEY_WOW64_64KEY or KEY_WOW64_32KEY. */
const changeRights = 0x2 | 0x1;
const viewRights = { '64': 0x100, '32': 0x200 } as const;

/**
 * Changes something in a key, which is made where it is missing if `create`; without that, what is not there needs no
 * change.
 */
function withKey(place: RegistryPlace, create: boolean, change: (key: Handle) => number): void {
  const where = `${place.hive}\\${place.key}`;
  // The calls take NUL for the end of a string: another key or value would be changed.
  if (place.key === '' || place.key.includes('\0') || place.name.includes('\0')) {
    throw systemError(invalidParameter, `The registry has no place ${JSON.stringify(where)}`);
  }
  const refuse = (failure: number) => {
    if (failure === winError.accessDenied) {
      throw new HoldfastError('disk.denied', `The registry refuses to change ${where}.`);
    }
    if (failure !== 0) throw systemError(failure, `The registry does not change ${where}`);
  };
  const missing: readonly number[] = create ? [] : [winError.fileNotFound, winError.pathNotFound];
  const calls = registryCalls();
  const opened = calls.open(hives[place.hive], place.key, changeRights | viewRights[place.view], create);
  if (missing.includes(opened.failure)) return;
  refuse(opened.failure);
  try {
    const failure = change(opened.key);
    if (missing.includes(failure)) return;
    refuse(failure);
    refuse(calls.flush(opened.key));
  } finally {
    calls.close(opened.key);
  }
}

function writeRegistry(place: RegistryPlace, text: string): void {
  if (text.includes('\0')) throw systemError(invalidParameter, 'Text of the registry has no NUL in it');
  const data = Buffer.from(`${text}\0`, 'utf16le');
  withKey(place, true, (key) => registryCalls().set(key, place.name, valueType.text, data));
}

function removeRegistry(place: RegistryPlace): void {
  withKey(place, false, (key) => registryCalls().remove(key, place.name));
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
