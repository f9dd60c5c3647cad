/** What is derived from a package: name, version, command lines, detection rules. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deriveSoftware, installerCommands } from '@holdfast/msi';
import { builtProduct, toolDescription, upgradeCode } from './support/built-product.ts';

describe('software derived from a package', () => {
  it('has the names, features and program that an administrator would type in', async () => {
    const { product } = await builtProduct(toolDescription());
    const software = await deriveSoftware(product, 'tool.msi');
    const { productCode } = software;
    assert.deepEqual(
      [software.name, software.version, software.publisher, software.upgradeCode, software.architecture],
      ['Tool', '1.2.3', 'Maker', upgradeCode, 'x64'],
    );
    assert.deepEqual(
      software.features.map(({ id, installed }) => [id, installed]),
      [
        ['Disabled', false],
        ['Extra', false],
        ['Main', true],
      ],
    );
    assert.deepEqual(
      [software.program.install, software.program.repair, software.program.uninstall],
      [
        'msiexec /i "{content}\\tool.msi" /qn /norestart /L*v "{log}"',
        'msiexec /I "{content}\\tool.msi" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn /norestart',
        `msiexec /x ${productCode} /qn /norestart /L*v "{log}"`,
      ],
    );
    assert.deepEqual(software.program.detection, [
      { kind: 'msi', productCode, minimumVersion: '1.2.3' },
      { kind: 'file', path: 'C:\\Program Files\\Maker\\Tool\\tool.exe', minimumVersion: '1.2.3.4' },
    ]);
  });

  it('asks for no file that is not there in every installation, in one place, with a version', async () => {
    const program = { id: 'Program', files: [{ source: 'tool.exe', id: 'Tool' }] };
    const without: readonly Parameters<typeof toolDescription>[0][] = [
      { components: [{ ...program, condition: 'SOMETHING OR 1' }] },
      { components: [{ ...program, neverOverwrite: true }] },
      { components: [{ ...program, folder: 'LocalAppDataFolder/Tool' }] },
      { components: [{ ...program, feature: 'Extra' }] },
      { components: [] },
      {
        customActions: [
          { id: 'Move', property: 'INSTALLDIR', value: 'C:\\Elsewhere', before: 'CostInitialize' },
        ],
      },
    ];
    for (const more of without) {
      const { product } = await builtProduct(toolDescription(more));
      const { program: derived, notes } = await deriveSoftware(product, 'tool.msi');
      assert.deepEqual(
        derived.detection.map(({ kind }) => kind),
        ['msi'],
        JSON.stringify(more),
      );
      assert.ok(notes.some((note) => note.startsWith('No file is asked for')));
    }
  });

  it('installs for the machine what leaves that open', async () => {
    const { product } = await builtProduct(toolDescription());
    const properties = new Map(product.properties);
    properties.delete('ALLUSERS');
    const software = await deriveSoftware({ ...product, properties }, 'tool.msi');
    assert.equal(software.scope, 'either');
    assert.match(software.program.install, / ALLUSERS=1$/);
  });

  it('is refused for what installs nothing, or cannot stand in a command line', async () => {
    const { product } = await builtProduct(toolDescription());
    await assert.rejects(deriveSoftware({ ...product, kind: 'transform' }, 'x.mst'), {
      code: 'installer.unsupported',
    });
    await assert.rejects(deriveSoftware({ ...product, productCode: undefined }, 'x.msi'), {
      code: 'msi.invalid',
    });
    for (const name of ['a"b.msi', 'a\\b.msi', '..', '{content}.msi', 'a\n.msi', '']) {
      await assert.rejects(deriveSoftware(product, name), { code: 'request.invalid' }, name);
    }
    assert.throws(() => installerCommands('x.msi', '{A} /x'), { code: 'request.invalid' });
    assert.ok(await deriveSoftware(product, '{A2A3B4C5-0000-4000-8000-0123456789AB}.msi'));
  });
});
