/** `holdfast msi` over the sample packages: what is printed, and what is refused. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdfast } from './support.ts';

const folder = fileURLToPath(new URL('../../../../shared/corpus/msi/', import.meta.url));
const path = `${folder}putty-0.68-installer.msi`;
const skip = existsSync(path) ? false : 'the sample packages are not here';

describe('holdfast msi', { skip }, () => {
  it('tells the product, its tables and its streams', async () => {
    const info = JSON.parse((await holdfast(['msi', 'info', path, '--json'])).out);
    assert.equal(info.product.version, '0.68.0.0');
    assert.equal(info.summary.packageCode, '{6BA452A6-7DBE-4456-A933-A2528F25AB0C}');
    assert.match((await holdfast(['msi', 'info', path])).out, /^product +PuTTY release 0\.68$/m);
    const tables = await holdfast(['msi', 'tables', path]);
    assert.match(tables.out, /^_SummaryInformation\n_ForceCodepage\n_Validation\n/);
    const listed = JSON.parse((await holdfast(['msi', 'tables', path, '--json'])).out);
    assert.equal(listed.items.find((one: { name: string }) => one.name === 'File').rows, 10);
    const streams = JSON.parse((await holdfast(['msi', 'streams', path, '--json'])).out);
    assert.equal(streams.items[0].name, 'putty.cab');
  });

  it('prints tables as .idt text, byte for byte into a pipe and harmless on a terminal', async () => {
    const words = ['msi', 'export', path, 'Media', '_ForceCodepage'];
    const piped = await holdfast(words);
    assert.equal(
      piped.out,
      'DiskId\tLastSequence\tDiskPrompt\tCabinet\tVolumeLabel\tSource\r\ni2\ti4\tL64\tS255\tS32\tS72\r\n' +
        'Media\tDiskId\r\n1\t10\t\t#putty.cab\t\t\r\n\r\n\r\n1252\t_ForceCodepage\r\n\0',
    );
    const shown = await holdfast(words, { columns: 80 });
    assert.match(shown.out, /^1\t10\t\t#putty\.cab\t\t$/m);
    assert.ok(!/[\0\r]/.test(shown.out));
    const document = JSON.parse((await holdfast(['msi', 'export', path, 'Media', '--json'])).out);
    assert.deepEqual(document.items[0].rows, [[1, 10, null, '#putty.cab', null, null]]);
  });

  it('refuses what is no package, what is not there, and tables that it does not have', async () => {
    const code = async (...words: string[]) =>
      JSON.parse((await holdfast(['msi', ...words, '--json'])).error).error.code;
    assert.equal(await code('info', `${folder}vcredis1.cab`), 'msi.invalid');
    assert.equal(await code('info', `${folder}nowhere.msi`), 'disk.not-found');
    assert.equal(await code('export', path, 'Nothing'), 'not-found');
  });
});
