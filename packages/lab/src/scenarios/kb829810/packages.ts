/**
 * The three clients of KB829810 as packages, and the bytes of their files. Names of files and services are those of the
 * field (KB Q200483); version numbers, product codes and bytes are stand-ins.
 */
import { createHash } from 'node:crypto';
import { bytesSink, bytesSource, writePackage } from '@holdfast/msi';
import { compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { programOf } from '../../windows/program-file.ts';

/** Which Windows a driver is made for. */
const variants = ['2000', 'xp'] as const;
export type DriverVariant = (typeof variants)[number];

export const drivers = ['KBStuff', 'RCHelp'] as const;
export const remoteAgent = 'Wuser32';
export const clientService = 'CcmExec';
/** The feature that holds the agent of remote control, its drivers and the shared library. */
export const remoteControl = 'RemoteControl';
export const sharedLibrary = 'Msvcp60.dll';
/** Of the library in the packages; the one of Windows XP has the same, the one of Windows 2000 an older. */
export const libraryVersion = '6.2.3104.0';

export type ClientPackage = {
  /** What an administrator calls it. */
  readonly name: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
};

export type ClientPackages = {
  readonly standard: ClientPackage;
  readonly legacy: ClientPackage;
  readonly advanced: ClientPackage;
  /** Of the bytes of all three. */
  readonly hash: string;
  /** The driver files of the Advanced Client. */
  readonly driver: (name: (typeof drivers)[number], variant: DriverVariant) => Uint8Array;
};

type Client = {
  readonly name: string;
  readonly fileName: string;
  readonly version: string;
  /** Below the folder of Windows. */
  readonly folder: string;
  readonly service: { readonly name: string; readonly displayName: string };
};

const clients = {
  standard: {
    name: 'SMS 2.0 Standard Client',
    fileName: 'smsclient.msi',
    version: '2.0.1493',
    folder: 'WindowsFolder/MS/SMS',
    service: { name: 'Clisvc', displayName: 'SMS Client Service' },
  },
  legacy: {
    name: 'SMS 2003 Legacy Client',
    fileName: 'legacy.msi',
    version: '2.50.2600',
    folder: 'WindowsFolder/MS/SMS',
    service: { name: 'Clisvc', displayName: 'SMS Client Service' },
  },
  advanced: {
    name: 'SMS 2003 Advanced Client',
    fileName: 'client.msi',
    version: '2.50.2726',
    folder: 'SystemFolder/CCM',
    service: { name: clientService, displayName: 'SMS Agent Host' },
  },
} as const satisfies Record<string, Client>;

function fileOf(client: Client, source: string): Uint8Array {
  if (source === sharedLibrary) return programOf(libraryVersion, 'Microsoft C++ Runtime Library');
  return programOf(`${client.version}.0`, `${source} of ${client.name}`);
}

/** A driver that is there for one Windows, with the key that makes Windows load it. */
function driverComponent(name: string, variant: DriverVariant) {
  const key = `System\\CurrentControlSet\\Services\\${name}`;
  const value = (field: string, content: number | string, type?: 'expandable') => ({
    root: 'HKLM' as const,
    key,
    name: field,
    value: content,
    ...(type === undefined ? {} : { type }),
  });
  return {
    id: `${name}${variant}`,
    folder: 'SystemFolder/drivers',
    feature: remoteControl,
    condition: variant === '2000' ? 'VersionNT = 500' : 'VersionNT >= 501',
    transitive: true,
    files: [{ source: `${variant}/${name}.sys`, name: `${name}.sys`, id: `${name}${variant}.sys` }],
    registry: [
      value('Type', 1),
      value('Start', 1),
      value('ErrorControl', 1),
      value('ImagePath', `system32\\drivers\\${name}.sys`, 'expandable'),
      value('Variant', variant),
    ],
  };
}

function description(client: Client): ProductDescription {
  const program = `${client.service.name}.exe`;
  return {
    name: client.name,
    manufacturer: 'Microsoft Corporation',
    version: client.version,
    architecture: 'x86',
    upgradeCode: '{5B2F0A10-8298-4100-8000-000000000829}',
    folder: client.folder,
    features: [{ id: 'Client' }, { id: remoteControl }],
    components: [
      {
        id: 'Client',
        feature: 'Client',
        files: [{ source: program }],
        services: [{ ...client.service, start: 'automatic', onUninstall: ['delete'] }],
      },
      {
        id: 'RemoteAgent',
        feature: remoteControl,
        folder: 'SystemFolder',
        files: [{ source: `${remoteAgent}.exe` }],
        services: [
          {
            name: remoteAgent,
            displayName: 'SMS Remote Control Agent',
            start: 'automatic',
            onInstall: ['stop', 'start'],
            onUninstall: ['delete'],
          },
        ],
      },
      {
        id: 'SharedLibrary',
        feature: remoteControl,
        folder: 'SystemFolder',
        sharedCount: true,
        permanent: true,
        files: [{ source: sharedLibrary }],
      },
      ...drivers.flatMap((name) => [driverComponent(name, '2000'), driverComponent(name, 'xp')]),
    ],
  };
}

async function packageOf(client: Client): Promise<ClientPackage> {
  const { data } = await compileProduct(description(client), async (source) =>
    bytesSource(fileOf(client, source)),
  );
  const sink = bytesSink();
  await writePackage(data, sink);
  return { name: client.name, fileName: client.fileName, bytes: Uint8Array.from(sink.bytes()) };
}

let made: Promise<ClientPackages> | undefined;

/** The packages, compiled once in a process: nobody changes them. */
export function clientPackages(): Promise<ClientPackages> {
  made ??= makePackages();
  return made;
}

async function makePackages(): Promise<ClientPackages> {
  const standard = await packageOf(clients.standard);
  const legacy = await packageOf(clients.legacy);
  const advanced = await packageOf(clients.advanced);
  const hash = createHash('sha256');
  for (const { bytes } of [standard, legacy, advanced]) hash.update(bytes);
  const driverBytes = new Map(
    drivers
      .flatMap((name) => variants.map((variant) => `${variant}/${name}.sys`))
      .map((source) => [source, fileOf(clients.advanced, source)]),
  );
  return {
    standard,
    legacy,
    advanced,
    hash: hash.digest('hex'),
    driver: (name, variant) => driverBytes.get(`${variant}/${name}.sys`) ?? new Uint8Array(),
  };
}
