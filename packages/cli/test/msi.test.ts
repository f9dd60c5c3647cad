/** `holdfast msi` over the sample packages: what is printed, and what is refused. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type ByteSink,
  bytesSource,
  createTransform,
  openDatabase,
  type PackageData,
  writePackage,
} from '@holdfast/msi';
import { holdfast, temporaryFolder } from './support.ts';

const folder = fileURLToPath(new URL('../../../../shared/corpus/msi/', import.meta.url));
const path = `${folder}putty-0.68-installer.msi`;
const skip = existsSync(path) ? false : 'the sample packages are not here';

/** A package that is nothing but its name. */
function packageNamed(name: string): PackageData {
  const text = { kind: 'string', nullable: false, localizable: false } as const;
  const columns = [
    { ...text, name: 'Property', size: 72, key: true },
    { ...text, name: 'Value', size: 0, key: false },
  ];
  const table = { name: 'Property', columns, rows: [['ProductName', name]] };
  return { kind: 'installer', codePage: 1252, tables: [table], streams: [], summary: new Map() };
}

async function toFile(path: string, make: (sink: ByteSink) => Promise<number>): Promise<void> {
  await using file = await open(path, 'w');
  await make({
    async write(position, bytes) {
      await file.write(bytes, 0, bytes.length, position);
    },
  });
}

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

  it('reads a package as a transform makes it, from a file or out of the package itself', async (context) => {
    const own = await temporaryFolder();
    context.after(own.remove);
    const [plain, whole] = [join(own.path, 'plain.msi'), join(own.path, 'whole.msi')];
    await toFile(plain, (sink) => writePackage(packageNamed('Before'), sink));
    await toFile(whole, (sink) => writePackage(packageNamed('After'), sink));
    const mst = join(own.path, 'renamed.mst');
    const made = JSON.parse((await holdfast(['msi', 'transform', plain, whole, '-o', mst, '--json'])).out);
    assert.deepEqual([made.path, made.tables, made.streams], [mst, ['Property'], []]);
    const [base, target] = await Promise.all(
      [plain, whole].map(async (one) => openDatabase(bytesSource(await readFile(one)))),
    );
    assert.ok(base && target);
    const transform = await createTransform(base, target);
    const inside = { ...packageNamed('Before'), storages: [{ ...transform, name: 'renamed' }] };
    await toFile(whole, (sink) => writePackage(inside, sink));

    const nameWith = async (...words: string[]) =>
      JSON.parse((await holdfast(['msi', 'info', ...words, '--json'])).out).product.name;
    assert.equal(await nameWith(plain), 'Before');
    assert.equal(await nameWith(plain, '--transform', mst), 'After');
    assert.equal(await nameWith(plain, '--transform', mst, '--transform', mst), 'After');
    assert.equal(await nameWith(whole, '--transform', ':renamed'), 'After');
    const shown = await holdfast(['msi', 'export', plain, 'Property', '--transform', mst]);
    assert.match(shown.out, /^ProductName\tAfter\r$/m);
    assert.match((await holdfast(['msi', 'info', mst])).out, /^kind +transform/m);
    const unfit = await holdfast(['msi', 'info', path, '--transform', mst, '--json']);
    assert.equal(JSON.parse(unfit.error).error.code, 'msi.transform-unfit');
    const absent = await holdfast(['msi', 'tables', whole, '--transform', ':absent', '--json']);
    assert.equal(JSON.parse(absent.error).error.code, 'not-found');
  });

  it('refuses what is no package, what is not there, and tables that it does not have', async () => {
    const code = async (...words: string[]) =>
      JSON.parse((await holdfast(['msi', ...words, '--json'])).error).error.code;
    assert.equal(await code('info', `${folder}vcredis1.cab`), 'msi.invalid');
    assert.equal(await code('info', `${folder}nowhere.msi`), 'disk.not-found');
    assert.equal(await code('export', path, 'Nothing'), 'not-found');
  });
});
