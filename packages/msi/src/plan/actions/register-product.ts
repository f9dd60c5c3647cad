/** RegisterProduct and RegisterUser: what "Programs and Features" and the installer itself look a product up by. */
import type { RegistryData } from '../../root/data.ts';
import { uninstallKey } from '../../root/installer-keys.ts';
import type { RegistryPlace } from '../../root/registry.ts';
import { cachedPackagePath } from '../cached-package.ts';
import { type Planning, publishes } from '../context.ts';

/** Values that are properties, "Uninstall Registry Key". Where the property is not set they are empty. */
const texts: Readonly<Record<string, string>> = {
  AuthorizedCDFPrefix: 'ARPAUTHORIZEDCDFPREFIX',
  Comments: 'ARPCOMMENTS',
  Contact: 'ARPCONTACT',
  DisplayName: 'ProductName',
  DisplayVersion: 'ProductVersion',
  HelpLink: 'ARPHELPLINK',
  HelpTelephone: 'ARPHELPTELEPHONE',
  InstallLocation: 'ARPINSTALLLOCATION',
  InstallSource: 'SourceDir',
  Publisher: 'Manufacturer',
  ReadMe: 'ARPREADME',
  Size: 'ARPSIZE',
  URLInfoAbout: 'ARPURLINFOABOUT',
  URLUpdateInfo: 'ARPURLUPDATEINFO',
};
/** Numbers that are there, as 1, only where the property is set. */
const flags: Readonly<Record<string, string>> = {
  NoModify: 'ARPNOMODIFY',
  NoRemove: 'ARPNOREMOVE',
  NoRepair: 'ARPNOREPAIR',
  SystemComponent: 'ARPSYSTEMCOMPONENT',
};

const text = (words: string): RegistryData => ({ kind: 'text', text: words });
const number = (one: number): RegistryData => ({ kind: 'number', number: one >>> 0 });

/** Three parts in one number: 8 bits, 8 bits, 16 bits. */
export function packedVersion(version: string | undefined): number {
  const [major = 0, minor = 0, build = 0] = (version ?? '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0);
  return (((major & 0xff) << 24) | ((minor & 0xff) << 16) | (build & 0xffff)) >>> 0;
}

function today({ host }: Planning): string {
  return new Date(host.clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
}

/** What the installed features take, in KiB. */
function estimatedSize({ product, components }: Planning): number {
  const local = ({ component }: { component: string }): boolean => {
    const plan = components.get(component);
    return plan !== undefined && (plan.action ?? plan.installed) === 'local';
  };
  const bytes = [...product.files.values()].filter(local).reduce((sum, { size }) => sum + size, 0);
  return Math.ceil(bytes / 1024);
}

function valuesOf(planning: Planning): ReadonlyMap<string, RegistryData> {
  const { product, productCode, scene, registered } = planning;
  const property = (name: string): string => scene.property(name) ?? '';
  const version = packedVersion(product.version);
  const set = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).filter(([, name]) => property(name) !== '');
  const letter = property('ARPNOMODIFY') === '' ? 'I' : 'X';
  const command: RegistryData = { kind: 'expandable', text: `MsiExec.exe /${letter}${productCode}` };
  return new Map<string, RegistryData>([
    ...Object.entries(texts).map(([name, from]) => [name, text(property(from))] as const),
    ...set(flags).map(([name]) => [name, number(1)] as const),
    ['InstallDate', text(registered?.installDate || today(planning))],
    ['EstimatedSize', number(estimatedSize(planning))],
    ['Language', number(product.language ?? 0)],
    ['ModifyPath', command],
    ['UninstallString', command],
    ['Version', number(version)],
    ['VersionMajor', number(version >>> 24)],
    ['VersionMinor', number((version >>> 16) & 0xff)],
    ['WindowsInstaller', number(1)],
  ]);
}

/** 32-bit packages are listed where 32-bit programs look. */
export function uninstallPlace({ product, productCode, host }: Planning): RegistryPlace {
  const narrow = product.architecture === 'x86' && host.machine.architecture !== 'x86';
  return uninstallKey(productCode, narrow ? '32' : '64');
}

export async function registerProduct(planning: Planning, action: string): Promise<void> {
  if (!publishes(planning)) return;
  const { draft, keys, product, productCode, from, registered, mode } = planning;
  const cached = await cachedPackagePath(planning);
  if (
    registered?.localPackage === undefined ||
    mode.has('v') ||
    (await draft.files.stat(cached)) === undefined
  ) {
    await draft.place(
      { path: cached, bytes: { from: 'database', product: productCode }, size: from.size },
      { action, reason: 'repairs and the removal are made with the package that Windows keeps' },
    );
  }
  const because = { action, reason: 'the product is registered' };
  const values = valuesOf(planning);
  const uninstall = uninstallPlace(planning);
  for (const [name, data] of values) {
    draft.set(uninstall, name, data, because);
    draft.set(keys.installProperties, name, data, because);
  }
  draft.set(keys.installProperties, 'LocalPackage', text(cached), because);
  for (const place of keys.upgradeCodes(product.upgradeCode ?? ''))
    draft.set(place, keys.packed, text(''), because);
}

export function registerUser(planning: Planning, action: string): void {
  const { draft, keys, scene } = planning;
  const productId = scene.property('ProductID');
  if (!publishes(planning) || productId === undefined) return;
  const because = { action, reason: 'the user is registered' };
  draft.set(keys.installProperties, 'ProductID', text(productId), because);
  draft.set(keys.installProperties, 'RegCompany', text(scene.property('COMPANYNAME') ?? ''), because);
  draft.set(keys.installProperties, 'RegOwner', text(scene.property('USERNAME') ?? ''), because);
}
