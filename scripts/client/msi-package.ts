/** The .msi of a client: files, service, second starter, and what it does at installation, repair and removal. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientNodeFlags, clientService, standardInstallFolder } from '@holdfast/machine';
import { type ByteSource, bytesSink, bytesSource, writePackage } from '@holdfast/msi';
import { compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { registryKey } from './manifests.ts';
import type { Tree, TreeFile } from './tree.ts';

/** The same for all versions, for ever: by it a version finds the one that it replaces. */
const upgradeCode = '{5D0C6F3E-8C0B-4B63-9C2B-6C1E4E0D7A51}';
/** Node 22 starts on Windows 10 1607, Server 2016 and newer. */
const firstBuild = 14_393;
const windowsKey = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const node = 'runtime/node.exe';
const nodeId = 'Node';
const launcher = '"[INSTALLDIR]launcher\\launcher.mjs"';
const flags = clientNodeFlags.join(' ');

/**
 * Said of Node in place of its own version. An installer that goes by versions keeps a damaged one of the same version,
 * and leaves out one that is older than what it is about to remove.
 */
const highestVersion = '65535.65535.65535.65535';

const backslashes = (path: string) => path.replaceAll('/', '\\');

/** Files of a folder are components of their own, so that each is repaired by itself. */
function fileOf({ path }: TreeFile) {
  const at = path.lastIndexOf('/');
  return {
    source: path,
    name: path.slice(at + 1),
    ...(at < 0 ? {} : { folder: backslashes(path.slice(0, at)) }),
  };
}

/** What the client itself compares its service with; its command line is said below with the folder left open. */
const definition = clientService(standardInstallFolder);

/** Service and program in one component, as the Windows Installer asks for. */
const service = {
  id: 'Service',
  folder: 'runtime',
  files: [{ id: nodeId, source: node, name: 'node.exe', version: highestVersion, keyPath: true }],
  services: [
    {
      name: definition.name,
      displayName: definition.displayName,
      description: definition.description,
      arguments: `${flags} ${launcher} service`,
      start: 'automatic' as const,
      // Waited for: a file that is still in use could be replaced by a restart of the machine alone.
      onInstall: ['stop' as const],
      onUninstall: ['stop' as const, 'delete' as const],
    },
  ],
  // The folder above the client's: only what is listed goes when it is empty.
  createFolders: ['ProgramFiles6432Folder/Holdfast'],
  serviceControls: [
    // Not waited for: a service that is slow, or that only its own repair can start, undoes no installation.
    { name: definition.name, onInstall: ['start' as const], onUninstall: [], wait: false },
  ],
};

/**
 * JavaScript that ends when no program of the client runs any more, or after half a minute: each of them, but for this one,
 * has the addon of koffi loaded, and Windows lets nobody write into what is. Without braces and brackets, which mean something to an installer.
 */
const untilUnused =
  "const until=Date.now()+3e4,look=()=>require('fs').open(process.argv.at(-1),'r+',refused=>" +
  "refused&&refused.code!=='ENOENT'&&Date.now()<until&&setTimeout(look,50));look()";
const addon = '"[INSTALLDIR]node_modules\\@koromix\\koffi-win32-x64\\win32_x64\\koffi.node"';

type Action = NonNullable<ProductDescription['customActions']>[number];

/** All files of the package, whatever is there. Source: "REINSTALLMODE property", KB2001178. */
const everyFile = 'a';

const removing = 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE';

/**
 * Work of the client in the script of the installer. None of it fails the installation: files and service are there by
 * then, and a client that was rolled back because its site did not answer could be mended by nobody. What such an action
 * could not do stays to be done by the client's health evaluation, and the log says its exit code.
 */
const ownWork = (id: string, words: string): Action => ofNode(id, `${flags} ${launcher} ${words}`);

const ofNode = (id: string, words: string): Action => ({
  id,
  file: nodeId,
  arguments: words,
  when: 'deferred',
  elevated: true,
  ignoreExitCode: true,
});

const customActions: readonly Action[] = [
  // Any other mode keeps a file that was changed after it was installed: it may be the work of a user, and is damage here.
  {
    id: 'ReplaceEveryFile',
    property: 'REINSTALLMODE',
    value: `[REINSTALLMODE]${everyFile}`,
    before: 'CostInitialize',
    condition: `REINSTALL AND NOT REINSTALLMODE ~>< "${everyFile}"`,
  },
  // An installation that fails leaves a client that runs.
  {
    id: 'StartAgain',
    command: `"[System64Folder]sc.exe" start ${definition.name}`,
    folder: 'System64Folder',
    when: 'rollback',
    elevated: true,
    ignoreExitCode: true,
    before: 'StopServices',
    condition: 'Installed',
  },
  // A service says that it has stopped before its process is gone: what that still holds could be replaced by a restart alone.
  {
    ...ofNode('AwaitEnd', `--eval "${untilUnused}" ${addon}`),
    after: 'StopServices',
    condition: 'Installed',
  },
  // Recovery actions, delayed start and the scheduled task: what the tables of an installer cannot say.
  {
    ...ownWork('DefineStarters', 'starters define'),
    after: 'InstallServices',
    condition: 'NOT REMOVE',
  },
  // Behind StartServices: a running service takes the enrolment up at once. Without a network it goes on trying.
  {
    ...ownWork(
      'Enrol',
      'enrol --keep-trying --site "[SITE]" --token "[TOKEN]" --site-code "[SITECODE]" --cache-size "[CACHESIZE]" --log-level "[LOGLEVEL]"',
    ),
    secret: true,
    after: 'StartServices',
    condition: 'SITE AND TOKEN AND NOT REMOVE',
  },
  // The installer has put back what it counts as its own; the client looks at everything by hash, and tells its site.
  {
    ...ownWork('RepairComponents', 'repair --by-package'),
    after: 'StartServices',
    condition: 'REINSTALL AND NOT REMOVE',
  },
  // First of all: it would start again what is stopped next.
  {
    ...ownWork('RemoveSecondStarter', 'starters remove second'),
    before: 'StopServices',
    condition: removing,
  },
  // When all else has gone: identity, journal and cache stay unless somebody says that they are not wanted.
  {
    id: 'RemoveState',
    command: '"[System64Folder]cmd.exe" /c rmdir /s /q "[CommonAppDataFolder]Holdfast"',
    folder: 'System64Folder',
    when: 'commit',
    elevated: true,
    ignoreExitCode: true,
    before: 'InstallFinalize',
    condition: `${removing} AND REMOVESTATE="1"`,
  },
];

export function clientProduct(tree: Tree, created: string): ProductDescription {
  return {
    name: 'Holdfast Client',
    manufacturer: 'Holdfast',
    version: tree.version,
    architecture: 'x64',
    upgradeCode,
    folder: 'ProgramFiles6432Folder/Holdfast/Client',
    created,
    components: [service],
    files: tree.files.filter(({ path }) => path !== node).map(fileOf),
    registry: [
      { root: 'HKLM', key: registryKey, name: 'Version', value: tree.version },
      { root: 'HKLM', key: registryKey, name: 'InstallFolder', value: '[INSTALLDIR]' },
    ],
    // An upgrade goes where the client lies, wherever that is.
    searches: [
      { property: 'WINDOWSBUILD', registry: { root: 'HKLM', key: windowsKey, name: 'CurrentBuildNumber' } },
      { property: 'INSTALLDIR', registry: { root: 'HKLM', key: registryKey, name: 'InstallFolder' } },
    ],
    launchConditions: [
      {
        condition: `Installed OR WINDOWSBUILD >= ${firstBuild}`,
        message:
          'Windows 10 of 2016, or Windows Server 2016, or newer is needed: its Node runs on no older one.',
      },
    ],
    properties: {
      SITE: { secure: true },
      TOKEN: { secure: true, hidden: true },
      SITECODE: { secure: true },
      CACHESIZE: { secure: true },
      LOGLEVEL: { secure: true },
      REMOVESTATE: { secure: true },
      REINSTALLMODE: { value: `${everyFile}mus` },
      // A quiet installation restarts no machine.
      REBOOT: { value: 'ReallySuppress' },
    },
    customActions: [...customActions],
    // One transaction: where the new version cannot be installed, the old one is there again.
    upgrade: { removeAfter: 'InstallInitialize' },
    programs: { noModify: true },
  };
}

/** Answers the package and its product code. @param created moment in UTC, such as 2026-09-01T12:00:00Z */
export async function msiPackage(
  tree: Tree,
  created: string,
): Promise<{ content: Uint8Array; productCode: string }> {
  const readTree = async (path: string): Promise<ByteSource> =>
    bytesSource(await readFile(join(tree.folder, path)));
  const { data, productCode } = await compileProduct(clientProduct(tree, created), readTree);
  const sink = bytesSink();
  await writePackage(data, sink);
  return { content: sink.bytes(), productCode };
}
