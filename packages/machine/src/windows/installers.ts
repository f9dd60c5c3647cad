/** What Windows Installer and version resources say about installed software. */
import { toNamespacedPath } from 'node:path';
import { isHoldfastError } from '@holdfast/contract';
import type { Installers, PackageState, Readiness, Services } from '@holdfast/ports';
import { installerIdle } from './installer-mutex.ts';
import { win32, winError } from './win32.ts';

/** INSTALLSTATE_DEFAULT (msi.h): installed for this account or the machine. */
const installed = 5;

const productCodeShape = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;

/** Runs on demand, and ends when it had nothing to do for some minutes. */
const installerService = 'msiserver';

export function windowsInstallers(services: Pick<Services, 'start'>): Installers {
  return {
    dpkg: async () => undefined,
    msi: async (productCode) => productState(productCode),
    fileVersion: async (path) => fileVersion(path),
    idle: async () => installerIdle(),
    healthy: () => installerStarts(services),
  };
}

/** That its service starts is known only when it was started; one that is disabled answers 1058. */
async function installerStarts(services: Pick<Services, 'start'>): Promise<Readiness> {
  try {
    await services.start(installerService);
    return { ready: true };
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    return { ready: false, reason: thrown.message, evidence: { win32: Number(thrown.details.win32 ?? -1) } };
  }
}

function productState(productCode: string): PackageState {
  if (!productCodeShape.test(productCode)) return { installed: false };
  if (win32().msiProductState(productCode) !== installed) return { installed: false };
  const version = productProperty(productCode, 'VersionString');
  return version === undefined ? { installed: true } : { installed: true, version };
}

function productProperty(productCode: string, property: string): string | undefined {
  const length = Buffer.alloc(4);
  // In characters: without the closing NUL on the way out, with it on the way in.
  let characters = 64;
  for (const _ of ['as guessed', 'as told']) {
    const value = Buffer.alloc((characters + 1) * 2);
    length.writeUInt32LE(characters + 1);
    const failure = win32().msiProductInfo(productCode, property, value, length);
    characters = length.readUInt32LE();
    if (failure === 0) return value.toString('utf16le', 0, characters * 2);
    if (failure !== winError.moreData) return undefined;
  }
  return undefined;
}

/**
 * Where a block of GetFileVersionInfoW has its VS_FIXEDFILEINFO: behind the header and the key "VS_VERSION_INFO" of
 * VS_VERSIONINFO. Source: learn.microsoft.com/windows/win32/menurc/vs-versioninfo and .../verrsrc/ns-verrsrc-vs_fixedfileinfo.
 */
const fixedInfo = { start: 40, length: 52, signature: 0xfeef04bd, versionHigh: 8, versionLow: 12 } as const;

function fileVersion(path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  const file = toNamespacedPath(path);
  const size = win32().versionSize(file);
  if (size < fixedInfo.start + fixedInfo.length) return undefined;
  const block = Buffer.alloc(size);
  if (!win32().versionInfo(file, size, block)) return undefined;
  const info = block.subarray(fixedInfo.start);
  if (info.readUInt32LE() !== fixedInfo.signature) return undefined;
  // Each half of the version is one number of 32 bits: major and minor, build and revision.
  return [fixedInfo.versionHigh, fixedInfo.versionLow]
    .flatMap((at) => [info.readUInt16LE(at + 2), info.readUInt16LE(at)])
    .join('.');
}
