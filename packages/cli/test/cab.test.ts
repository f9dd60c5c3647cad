/** The cabinet verbs: what they answer, and that extraction stays in its folder and replaces nothing unasked. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdfast, temporaryFolder } from './support.ts';

/** A stored cabinet without checksums, of these files. */
function storedCabinet(files: Readonly<Record<string, string>>): Buffer {
  const data = Buffer.from(Object.values(files).join(''));
  let offset = 0;
  const entries = Object.entries(files).map(([name, content]) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(content.length, 0);
    entry.writeUInt32LE(offset, 4);
    entry.writeUInt16LE(0x20, 14);
    offset += content.length;
    return Buffer.concat([entry, Buffer.from(`${name}\0`)]);
  });
  const blocks = 44 + Buffer.concat(entries).length;
  const head = Buffer.alloc(44);
  head.write('MSCF', 0, 'latin1');
  head.writeUInt32LE(blocks + 8 + data.length, 8);
  head.writeUInt32LE(44, 16);
  head.writeUInt16LE(0x0103, 24);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(entries.length, 28);
  head.writeUInt32LE(blocks, 36);
  head.writeUInt16LE(1, 40);
  const block = Buffer.alloc(8);
  block.writeUInt16LE(data.length, 4);
  block.writeUInt16LE(data.length, 6);
  return Buffer.concat([head, ...entries, block, data]);
}

async function withCabinet(
  files: Readonly<Record<string, string>>,
  work: (cab: string, out: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const cab = join(folder.path, 'made.cab');
    await writeFile(cab, storedCabinet(files));
    await work(cab, join(folder.path, 'out'), folder.path);
  } finally {
    await folder.remove();
  }
}

test('a cabinet is listed, tested and extracted, with folders, as text and as JSON', async () => {
  await withCabinet({ 'a.txt': 'first', 'sub\\b.txt': 'second' }, async (cab, out) => {
    assert.match((await holdfast(['cab', 'list', cab])).out, /5 .* stored .*a\.txt\n6 .*sub\\b\.txt/);
    const listed = JSON.parse((await holdfast(['cab', 'list', cab, '--json'])).out);
    assert.deepEqual(
      listed.files.map((file: { name: string }) => file.name),
      ['a.txt', 'sub\\b.txt'],
    );
    const tested = await holdfast(['cab', 'test', cab, '--json']);
    assert.deepEqual(JSON.parse(tested.out), { sound: true, files: 2, bytes: 11 });
    assert.equal((await holdfast(['cab', 'extract', cab, '-C', out])).code, 0);
    assert.equal(await readFile(join(out, 'a.txt'), 'utf8'), 'first');
    assert.equal(await readFile(join(out, 'sub', 'b.txt'), 'utf8'), 'second');
  });
});

test('a file that exists is refused before anything is written, and replaced when asked', async () => {
  await withCabinet({ 'a.txt': 'new', 'b.txt': 'other' }, async (cab, out) => {
    await mkdir(out);
    await writeFile(join(out, 'b.txt'), 'kept');
    const refused = await holdfast(['cab', 'extract', cab, '-C', out, '--json']);
    assert.equal(JSON.parse(refused.error).error.code, 'disk.exists');
    assert.deepEqual(await readdir(out), ['b.txt']);
    assert.equal((await holdfast(['cab', 'extract', cab, '-C', out, '--overwrite'])).code, 0);
    assert.deepEqual(await readdir(out), ['a.txt', 'b.txt']);
    assert.equal(await readFile(join(out, 'b.txt'), 'utf8'), 'other');
  });
});

test('names that lead out and folders that are links are refused, and nothing is written', async () => {
  await withCabinet({ ok: 'x', '..\\evil.txt': 'y' }, async (cab, out, folder) => {
    const refused = await holdfast(['cab', 'extract', cab, '-C', out, '--json']);
    assert.equal(JSON.parse(refused.error).error.code, 'cab.invalid');
    assert.deepEqual(await readdir(folder), ['made.cab']);
  });
  await withCabinet({ 'sub\\evil.txt': 'y' }, async (cab, out, folder) => {
    await mkdir(out);
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(out, 'sub'));
    assert.equal((await holdfast(['cab', 'extract', cab, '-C', out, '--overwrite'])).code, 1);
    assert.deepEqual(await readdir(join(folder, 'elsewhere')), []);
  });
});

test('a damaged cabinet leaves no half-written file', async () => {
  await withCabinet({ 'a.txt': 'first' }, async (cab, out) => {
    const bytes = await readFile(cab);
    bytes.writeUInt32LE(1, bytes.length - 13);
    await writeFile(cab, bytes);
    const tested = await holdfast(['cab', 'test', cab, '--json']);
    assert.equal(JSON.parse(tested.error).error.code, 'cab.invalid');
    assert.equal((await holdfast(['cab', 'extract', cab, '-C', out])).code, 1);
    assert.deepEqual(await readdir(out), []);
  });
});
