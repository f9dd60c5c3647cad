/** One file in variants, each a component with a condition: the record of their common GUID is that of the one that fits. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { evaluateInstalled, packGuid, type Verification, verify } from '@holdfast/msi';
import { builtProduct, sources, toolDescription } from './support/built-product.ts';
import { rootFolder } from './support/windows-root.ts';

const variant = (id: string, source: string, condition: string) => ({
  id,
  condition,
  transitive: true,
  files: [{ source, name: 'driver.sys', id: `${id}File` }],
});

const built = await builtProduct(
  toolDescription({
    components: [
      variant('Older', 'tool.exe', 'VersionNT < 603'),
      variant('Newer', 'tool-2.exe', 'VersionNT >= 603'),
    ],
    files: [],
    registry: [],
    features: [],
  }),
);
const path = 'C:\\Program Files\\Maker\\Tool\\driver.sys';
const data = 'Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18';
const escaped = (text: string) => text.replaceAll('\\', '\\\\');

/** A Windows of this version, with the product on record and one of its variants on disk. */
async function verified(windows: string, source: string): Promise<Verification> {
  await using root = await rootFolder();
  const packed = packGuid(built.product.productCode ?? '');
  const [component] = built.product.components.values();
  await root.write(path, sources[source] ?? '');
  await root.registry('system.reg', [
    `[Software\\\\Microsoft\\\\Windows NT\\\\CurrentVersion] 1`,
    `"CurrentVersion"="${windows}"`,
    `[${escaped(`${data}\\Products\\${packed}\\InstallProperties`)}] 1`,
    '"DisplayVersion"="1.2.3"',
    `[${escaped(`${data}\\Components\\${packGuid(component?.componentId ?? '')}`)}] 1`,
    `"${packed}"="${escaped(path)}"`,
  ]);
  const opened = await root.open();
  return await verify(built.product, await evaluateInstalled(built.product, opened), opened, built.content);
}

it('a machine with the variant of its Windows differs in nothing', async () => {
  const { differences, components } = await verified('6.1', 'tool.exe');
  assert.deepEqual(differences, []);
  const other = components.find(({ component }) => component === 'Newer');
  assert.equal(other?.installed, false);
  assert.match(other?.why ?? '', /^the record of its GUID is that of Older: its condition does not hold/);
});

it('after an upgrade of Windows the variant of the older one is what differs', async () => {
  const { differences } = await verified('6.3', 'tool.exe');
  assert.deepEqual(
    differences.map(({ kind, component }) => [kind, component]),
    [['file-older', 'Newer']],
  );
});
