/** A fresh, empty Windows in a folder: its folders, and as much registry as installers ask for. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Clock, Disk, Folder } from '@holdfast/ports';
import { describeMachine, type MachineDescription } from '../evaluate/machine.ts';
import type { RegistryData } from '../root/data.ts';
import { emptyHive } from '../root/hive.ts';
import { rootLayout } from '../root/root.ts';
import { hostFiles } from './files.ts';
import { hiveFolder } from './hive-files.ts';
import type { RegistryChange } from './model.ts';
import { hostRegistry, mounts } from './registry.ts';

const windowsNt = 'Software\\Microsoft\\Windows NT\\CurrentVersion';
const windows = 'Software\\Microsoft\\Windows\\CurrentVersion';

/** Opens a folder, made where only the one above it is there. */
async function madeFolder(disk: Pick<Disk, 'open'>, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (thrown) {
    const [, parent, name] = /^(.*)[\\/]([^\\/]+)[\\/]?$/.exec(path) ?? [];
    if (!isHoldfastError(thrown, 'disk.not-found') || parent === undefined || name === undefined)
      throw thrown;
    return await withOpen(disk.open(parent === '' ? '/' : parent), async (above) => {
      const made = await above.folder(name, { create: true });
      await above.sync();
      return made;
    });
  }
}

/** These two Wine calls in small letters, and looks for them no further: it would make its own beside ours. */
function asWineCalls(path: string): string {
  return path.replace(/^C:\\(?:Windows|Users)(?=\\)/, (name) => `C:${name.slice(2).toLowerCase()}`);
}

/** Every folder above a Windows path, and itself; those nearer to the drive first. */
function foldersOf(path: string): readonly string[] {
  const names = path.split('\\').filter((name) => name !== '');
  return names.slice(1).map((_, index) => names.slice(0, index + 2).join('\\'));
}

function set(key: string, name: string, data: RegistryData): RegistryChange {
  return { kind: 'set', place: { hive: 'HKLM', key, view: '64' }, name, data };
}

/** What Windows says of itself. */
function facts(
  description: MachineDescription,
  folder: (property: string) => string | undefined,
): readonly RegistryChange[] {
  const [major = '10', minor = '0'] = description.windows.split('.');
  const text = (key: string, name: string, value: string | undefined): readonly RegistryChange[] =>
    value === undefined ? [] : [set(key, name, { kind: 'text', text: value })];
  const wide = description.architecture !== 'x86';
  const control = 'System\\CurrentControlSet\\Control';
  // Since Windows 10 the text stays at the version before, and the numbers tell the truth.
  const version = description.windows === '10.0' ? '6.3' : description.windows;
  return [
    ...text(windowsNt, 'CurrentVersion', version),
    ...(Number(major) < 10
      ? []
      : [
          set(windowsNt, 'CurrentMajorVersionNumber', { kind: 'number', number: Number(major) }),
          set(windowsNt, 'CurrentMinorVersionNumber', { kind: 'number', number: Number(minor) }),
        ]),
    ...text(windowsNt, 'SystemRoot', folder('WindowsFolder')),
    ...text(windows, 'ProgramFilesDir', folder(wide ? 'ProgramFiles64Folder' : 'ProgramFilesFolder')),
    ...text(windows, 'CommonFilesDir', folder(wide ? 'CommonFiles64Folder' : 'CommonFilesFolder')),
    ...(wide ? text(windows, 'ProgramFilesDir (x86)', folder('ProgramFilesFolder')) : []),
    ...(wide ? text(windows, 'CommonFilesDir (x86)', folder('CommonFilesFolder')) : []),
    ...text(`${control}\\ProductOptions`, 'ProductType', description.server ? 'ServerNT' : 'WinNT'),
    ...text(`${control}\\ComputerName\\ComputerName`, 'ComputerName', description.computer),
    { kind: 'create-key', place: { hive: 'HKLM', key: `${control}\\Session Manager`, view: '64' } },
    { kind: 'create-key', place: { hive: 'HKCU', key: 'Software', view: '64' } },
    { kind: 'create-key', place: { hive: 'HKU', key: '.Default\\Software', view: '64' } },
  ];
}

/**
 * Makes a root in a folder that is empty, or not there while the one above it is.
 * @param path absolute path
 * @throws HoldfastError `disk.exists` where something is in it, `disk.*`
 */
export async function initRoot(
  { disk, clock }: { readonly disk: Pick<Disk, 'open' | 'freeBytes'>; readonly clock: Pick<Clock, 'now'> },
  path: string,
  description: MachineDescription & { readonly architecture: 'x86' | 'x64' },
): Promise<void> {
  const machine = describeMachine(description);
  const driveC = await withOpen(madeFolder(disk, path), async (root) => {
    if ((await root.names()).length > 0) {
      throw new HoldfastError('disk.exists', `The folder ${path} is not empty.`, { details: { path } });
    }
    const drive = await root.folder(rootLayout.driveC, { create: true });
    await drive.close();
    await root.sync();
    return drive.path;
  });
  const files = hostFiles(disk, driveC);
  const paths = [...machine.folders.values(), ...machine.userFolders.values()].flatMap((path) =>
    foldersOf(asWineCalls(path)),
  );
  for (const folder of new Set(paths)) await files.createFolder(folder);
  const { architecture } = description;
  const registry = hostRegistry(
    { folder: hiveFolder(disk, path), clock },
    path,
    {
      machine: emptyHive({ architecture, mount: mounts.machine }),
      user: emptyHive({ architecture, mount: mounts.user }),
      defaultUser: emptyHive({ architecture, mount: mounts.defaultUser }),
    },
    { machine: undefined, user: undefined, defaultUser: undefined },
  );
  await registry.apply(facts(description, (property) => machine.folders.get(property)?.replace(/\\$/, '')));
}
