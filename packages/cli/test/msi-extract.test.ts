/** `holdfast msi extract`: the tree that msiextract makes, and nothing outside, replaced unasked, or half written. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { holdfast, temporaryFolder } from './support.ts';

const run = promisify(execFile);
const corpus = fileURLToPath(new URL('../../../../shared/corpus/msi/', import.meta.url));
const tools = ['msiextract', 'wixl', 'gcab'].filter((tool) => !existsSync(`/usr/bin/${tool}`));
const skip = !existsSync(corpus)
  ? 'the sample packages are not here'
  : tools.length > 0
    ? `${tools.join(' and ')} (Debian packages of these names, and msitools) not installed`
    : false;
const putty = `${corpus}putty-0.68-installer.msi`;

/** Contents of all files below a folder, by their paths. */
function treeOf(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path)]),
  );
}

/** A step as msiextract writes it: what follows a colon is the name in the source, and no name has one on Windows. */
function step(name: string): string {
  const [target = '', source = ''] = name.split(':');
  if (!name.includes(':')) return name;
  return target === '.' ? source.slice(source.indexOf('|') + 1) : target;
}

async function code(...words: string[]): Promise<string> {
  const { error } = await holdfast(['msi', 'extract', ...words, '--json']);
  return JSON.parse(error).error.code;
}

describe('holdfast msi extract', { skip }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let made = 0;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(async () => folder.remove());

  const fresh = (): string => {
    made += 1;
    return join(folder.path, `out-${made}`);
  };

  /** Both trees are the same, and so are both lists. */
  async function sameAsMsiextract(path: string): Promise<number> {
    const [theirs, ours] = [fresh(), fresh()];
    const { stdout } = await run('msiextract', ['-C', theirs, path], { maxBuffer: 1 << 26 });
    const outcome = await holdfast(['msi', 'extract', path, '-C', ours]);
    assert.equal(outcome.code, 0, outcome.error);
    const expected = new Map(
      [...treeOf(theirs)].map(([name, bytes]) => [name.split('/').map(step).join('/'), bytes]),
    );
    const found = treeOf(ours);
    assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
    for (const [name, bytes] of found) assert.ok(expected.get(name)?.equals(bytes), name);
    const listed = (await holdfast(['msi', 'extract', path, '--list'])).out.trimEnd().split('\n');
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('/').map(step).join('/'));
    assert.deepEqual(listed.sort(), told.sort());
    await Promise.all([theirs, ours].map((tree) => rm(tree, { recursive: true })));
    return found.size;
  }

  for (const [name, files] of [
    ['NUnit-2.5.2.9222.msi', 296],
    ['msi_with_external_cab.msi', 1],
    ['putty-0.68-installer.msi', 10],
    ['vcredist.msi', 96],
  ] as const) {
    it(`lays ${name} out as msiextract does`, async () => {
      assert.equal(await sameAsMsiextract(join(corpus, name)), files);
    });
  }

  it('lays generated packages of many shapes out as msiextract does', async () => {
    for (let seed = 0; seed < 12; seed += 1) {
      const path = await generated(join(folder.path, `made-${seed}`), seed);
      assert.ok((await sameAsMsiextract(path)) > 0);
    }
  });

  it('lists without writing, as text and as JSON', async () => {
    const out = fresh();
    const { items } = JSON.parse(
      (await holdfast(['msi', 'extract', putty, '--list', '--json', '-C', out])).out,
    );
    assert.deepEqual(items[0], {
      file: 'PuTTY_File',
      path: 'Program Files/PuTTY/putty.exe',
      size: 713592,
      component: 'PuTTY_Component',
      version: '0.68.0.0',
    });
    assert.equal(existsSync(out), false);
  });

  it('says what it did as JSON, and replaces nothing unasked', async () => {
    const out = fresh();
    const first = JSON.parse((await holdfast(['msi', 'extract', putty, '-C', out, '--json'])).out);
    assert.deepEqual(first, { folder: out, files: 10, bytes: 3208629 });
    const readme = join(out, 'Program Files/PuTTY/README.txt');
    const original = readFileSync(readme);
    await writeFile(readme, 'mine');
    await rm(join(out, 'Program Files/PuTTY/putty.exe'));
    assert.equal(await code(putty, '-C', out), 'disk.exists');
    assert.equal(readFileSync(readme, 'utf8'), 'mine');
    assert.equal(existsSync(join(out, 'Program Files/PuTTY/putty.exe')), false);
    assert.equal((await holdfast(['msi', 'extract', putty, '-C', out, '--overwrite'])).code, 0);
    assert.ok(readFileSync(readme).equals(original));
    assert.equal((await readdir(join(out, 'Program Files/PuTTY'))).length, 10);
  });

  it('finds a cabinet beside the package in any case, and names one that is missing', async () => {
    const alone = fresh();
    await mkdir(alone);
    const path = join(alone, 'x.msi');
    await copyFile(`${corpus}msi_with_external_cab.msi`, path);
    const { error } = await holdfast(['msi', 'extract', path, '-C', join(alone, 'out'), '--json']);
    assert.equal(JSON.parse(error).error.code, 'cab.incomplete');
    assert.match(error, /msi_with_external_cab\.cab/);
    await copyFile(`${corpus}msi_with_external_cab.cab`, join(alone, 'MSI_with_external_CAB.cab'));
    assert.equal((await holdfast(['msi', 'extract', path, '-C', join(alone, 'out')])).code, 0);
  });

  it('leaves nothing half where the package is damaged', async () => {
    const out = fresh();
    const bytes = readFileSync(putty);
    // In the middle of the cabinet, which is most of the package.
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 4096);
    const path = `${out}.msi`;
    await writeFile(path, bytes);
    const { code: exit, error } = await holdfast(['msi', 'extract', path, '-C', out, '--json']);
    assert.notEqual(exit, 0);
    assert.equal(JSON.parse(error).error.code, 'cab.invalid');
    const whole = new Map(
      JSON.parse((await holdfast(['msi', 'extract', putty, '--list', '--json'])).out).items.map(
        (item: { path: string; size: number }) => [item.path, item.size],
      ),
    );
    for (const [name, content] of treeOf(out)) assert.equal(content.length, whole.get(name), name);
  });

  it('follows no link out of the folder', async () => {
    const out = fresh();
    const elsewhere = fresh();
    await Promise.all([mkdir(out), mkdir(elsewhere)]);
    await symlink(elsewhere, join(out, 'Program Files'));
    const { code: exit } = await holdfast(['msi', 'extract', putty, '-C', out, '--json']);
    assert.notEqual(exit, 0);
    assert.deepEqual(await readdir(elsewhere), []);
  });
});

/** The next number below `most` out of a seed: the same packages every time. */
function dice(seed: number): (most: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const standardFolders = ['ProgramFilesFolder', 'WindowsFolder', 'CommonAppDataFolder', 'DesktopFolder'];
const names = ['read me.txt', 'Ünïcode.dat', 'tool.exe', 'a.b.c', 'x', "it's & that.txt", '~odd$name%.bin'];

/** Makes a package of folders, files and cabinets as the seed says; answers its path. */
async function generated(folder: string, seed: number): Promise<string> {
  const roll = dice(seed);
  await mkdir(folder, { recursive: true });
  const embedded = roll(3) > 0;
  // With more than one that is not embedded, wixl drops files.
  const media = embedded ? 1 + roll(3) : 1;
  const components: string[] = [];
  let count = 0;
  async function file(): Promise<string> {
    count += 1;
    const size = [0, 1, 100, 40_000, 200_000][roll(5)] ?? 0;
    const content = Buffer.alloc(size, roll(2) === 0 ? 'same content' : `content ${count} `);
    await writeFile(join(folder, `F${count}`), content);
    const disk = 1 + (count <= media ? count % media : roll(media));
    const name = `${count} ${names[roll(names.length)]}`.replaceAll('&', '&amp;').replaceAll("'", '&apos;');
    const id = `C${count}`;
    components.push(id);
    const guid = `00000000-0000-0000-${String(seed).padStart(4, '0')}-${String(count).padStart(12, '0')}`;
    return `<Component Id="${id}" Guid="${guid}"><File Id="F${count}" Name="${name}" Source="F${count}"
      DiskId="${disk}" KeyPath="yes"/></Component>`;
  }
  async function directory(id: string, depth: number): Promise<string> {
    let inner = '';
    for (let files = depth === 3 ? 3 : roll(4); files >= 0; files -= 1) inner += await file();
    for (let at = roll(3); depth > 0 && at > 0; at -= 1) inner += await directory(`${id}_${at}`, depth - 1);
    return `<Directory Id="${id}" Name="${names[roll(2)]?.split('.')[0]} ${id}">${inner}</Directory>`;
  }
  const roots = standardFolders.slice(0, 1 + roll(standardFolders.length));
  let tree = '';
  for (const root of roots) {
    tree += `<Directory Id="${root}" Name="${root}">${await directory(`D${root}`, 3)}</Directory>`;
  }
  const cabinets = Array.from(
    { length: media },
    (_, at) => `<Media Id="${at + 1}" Cabinet="data${at + 1}.cab" EmbedCab="${embedded ? 'yes' : 'no'}"/>`,
  );
  const source = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" Name="Made" Manufacturer="M" Language="1033" Codepage="65001" Version="1.0.0"
      UpgradeCode="6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E02">
    <Package InstallerVersion="200" Compressed="yes"/>${cabinets.join('')}
    <Directory Id="TARGETDIR" Name="SourceDir">${tree}</Directory>
    <Feature Id="Main" Level="1">${components.map((id) => `<ComponentRef Id="${id}"/>`).join('')}</Feature>
  </Product>
</Wix>`;
  await writeFile(join(folder, 'made.wxs'), source);
  await run('wixl', ['-o', 'made.msi', 'made.wxs'], { cwd: folder });
  // wixl names a cabinet beside the package, and leaves making it to others.
  const files = Array.from({ length: count }, (_, at) => `F${at + 1}`);
  if (!embedded) await run('gcab', ['-c', '-z', '-n', 'data1.cab', ...files], { cwd: folder });
  return join(folder, 'made.msi');
}
