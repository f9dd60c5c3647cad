/** PublishProduct, and what is taken back of it where the whole product goes. */

import type { RegistryData } from '../../root/data.ts';
import { packGuid } from '../../root/packed-guid.ts';
import type { RegistryPlace } from '../../root/registry.ts';
import { iconFolder } from '../cached-package.ts';
import { type Planning, publishes, rowsOf } from '../context.ts';
import { packedVersion, uninstallPlace } from './register-product.ts';

const text = (words: string): RegistryData => ({ kind: 'text', text: words });
const number = (one: number): RegistryData => ({ kind: 'number', number: one });

async function publishIcons(planning: Planning, action: string): Promise<void> {
  const { draft, from, productCode } = planning;
  for (const row of await rowsOf(planning, 'Icon', 'Name')) {
    const name = row.text('Name');
    const stream = `Icon.${name}`;
    const size = from.database.stream(stream)?.size;
    const path = `${iconFolder(planning)}${name}`;
    if (size === undefined || (await draft.files.stat(path))?.size === size) continue;
    const bytes = { from: 'stream', product: productCode, stream } as const;
    await draft.place({ path, bytes, size }, { action, reason: 'an icon of the Icon table' });
  }
}

function below(place: RegistryPlace, name: string): RegistryPlace {
  return { ...place, key: `${place.key}\\${name}` };
}

/** Of the Media table: label and prompt of every disk. */
async function publishSources(planning: Planning, action: string): Promise<void> {
  const { draft, from, keys, product, scene } = planning;
  const because = { action, reason: 'where the product can be installed from again' };
  const folder = scene.property('SourceDir') ?? '';
  const media = below(keys.sourceList, 'Media');
  draft.set(keys.sourceList, 'PackageName', text(from.path.split('\\').at(-1) ?? ''), because);
  draft.set(media, 'DiskPrompt', text(product.properties.get('DiskPrompt') ?? ''), because);
  draft.set(media, 'MediaPackage', text(scene.property('MEDIAPACKAGEPATH') ?? ''), because);
  for (const row of await rowsOf(planning, 'Media', 'DiskId')) {
    const words = `${row.optionalText('VolumeLabel') ?? ''};${row.optionalText('DiskPrompt') ?? ''}`;
    draft.set(media, String(row.number('DiskId')), text(words), because);
  }
  draft.set(below(keys.sourceList, 'Net'), '1', { kind: 'expandable', text: folder }, because);
  draft.set(keys.sourceList, 'LastUsedSource', text(`n;1;${folder}`), because);
}

export async function publishProduct(planning: Planning, action: string): Promise<void> {
  if (!publishes(planning)) return;
  const { draft, keys, product, scene } = planning;
  await publishIcons(planning, action);
  const because = { action, reason: 'the product is advertised' };
  const code = product.summary.get(9);
  const icon = scene.property('ARPPRODUCTICON');
  const values = new Map<string, RegistryData>([
    ['ProductName', text(scene.property('ProductName') ?? '')],
    ['Language', number(product.language ?? 0)],
    ['Version', number(packedVersion(product.version))],
    ['AdvertiseFlags', number(0x184)],
    ['Assignment', number(0)],
    ['InstanceType', number(0)],
    ['AuthorizedLUAApp', number(0)],
    ['PackageCode', text((code?.kind === 'text' ? packGuid(code.text) : undefined) ?? '')],
    ['Clients', { kind: 'texts', texts: [':'] }],
  ]);
  for (const [name, data] of values) draft.set(keys.advertised, name, data, because);
  if (icon !== undefined)
    draft.set(keys.advertised, 'ProductIcon', text(`${iconFolder(planning)}${icon}`), because);
  const transforms = scene.property('TRANSFORMS');
  if (transforms !== undefined) draft.set(keys.advertised, 'Transforms', text(transforms), because);
  await publishSources(planning, action);
}

/** Everything that registers the product goes at the end, however the sequence is made. */
export async function unpublishProduct(planning: Planning, action: string): Promise<void> {
  if (!planning.removesAll) return;
  const { draft, keys, product, registered } = planning;
  const because = { action, reason: 'no feature of the product is left' };
  for (const place of [uninstallPlace(planning), keys.product, keys.advertised, keys.features]) {
    draft.removeKey(place, because);
  }
  for (const place of keys.upgradeCodes(product.upgradeCode ?? '')) {
    const others = (draft.registry.values(place) ?? []).filter(
      ({ name }) => name.toUpperCase() !== keys.packed,
    );
    if (others.length === 0) draft.removeKey(place, because);
    else draft.clear(place, keys.packed, because);
  }
  const folder = iconFolder(planning);
  for (const row of await rowsOf(planning, 'Icon', 'Name'))
    await draft.remove(`${folder}${row.text('Name')}`, because);
  await draft.removeFolder(folder, because);
  if (registered?.localPackage !== undefined) await draft.remove(registered.localPackage, because);
}
