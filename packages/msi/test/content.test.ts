/** The bytes of a product's files, wherever they are, and the tree that an extraction makes of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  bytesSource,
  type Content,
  extractionPaths,
  type Neighbours,
  openContent,
  type ProductFile,
} from '@holdfast/msi';
import { cabinet, mszip, stored, type TestCabinet } from './cabinet-support.ts';
import { opened, type Rows, small } from './support/product-tables.ts';

/** A cabinet of these files, one after another. */
function packed(files: Readonly<Record<string, string>>, more: Partial<TestCabinet> = {}): Buffer {
  let offset = 0;
  const entries = Object.entries(files).map(([name, text]) => {
    const entry = { name, size: text.length, offset };
    offset += text.length;
    return entry;
  });
  return cabinet({ files: entries, blocks: stored(Buffer.from(Object.values(files).join(''))), ...more });
}

type Beside = Readonly<Record<string, Uint8Array>>;

/** Files beside a package by their paths, in any case; `asked` hears what is looked for, `closed` counts. */
function besideOf(files: Beside, asked: string[] = []) {
  const state = { open: 0 };
  const neighbours: Neighbours = async (path) => {
    const wanted = path.join('/').toLowerCase();
    asked.push(path.join('/'));
    const found = Object.entries(files).find(([name]) => name.toLowerCase() === wanted)?.[1];
    if (found === undefined) return undefined;
    state.open += 1;
    return {
      ...bytesSource(found),
      async [Symbol.asyncDispose]() {
        state.open -= 1;
      },
    };
  };
  return { neighbours, state };
}

async function contentOf(rows: Rows, streams: Beside, files: Beside, words = 2, asked: string[] = []) {
  const { database, product } = await opened(rows, streams, words);
  const { neighbours, state } = besideOf(files, asked);
  return { product, state, content: openContent(database, product, { neighbours }) };
}

async function everything(content: Content, wanted?: (file: ProductFile) => boolean) {
  const found: Record<string, string> = {};
  for await (const { files, content: pieces } of content.all(wanted)) {
    let text = '';
    for await (const piece of pieces) text += Buffer.from(piece).toString();
    for (const { id } of files) found[id] = text;
  }
  return found;
}

/** Rows with these files, of one component, in sequence. */
function withFiles(
  files: readonly (readonly [id: string, name: string, attributes?: number])[],
  more: Rows = {},
) {
  return {
    ...small,
    Component: [['Program', null, 'INSTALLDIR', 0, null, null]],
    File: files.map(([id, name, attributes = 0], index) => [
      id,
      'Program',
      name,
      1,
      null,
      null,
      attributes,
      index + 1,
    ]),
    Media: [[1, files.length, null, '#cab', null, null]],
    ...more,
  } as const satisfies Rows;
}

const failure = (code: string, words: RegExp) => (thrown: unknown) =>
  isHoldfastError(thrown) && thrown.code === code && words.test(thrown.message);

describe('content', () => {
  it('comes out of a cabinet inside the package, of whatever case and order', async () => {
    const rows = withFiles([
      ['a', 'a.txt'],
      ['b', 'b.txt'],
    ]);
    const { content } = await contentOf(rows, { cab: packed({ b: 'second', a: 'first' }) }, {});
    assert.deepEqual(await everything(content), { b: 'second', a: 'first' });
    assert.deepEqual(await everything(content, (file) => file.id === 'a'), { a: 'first' });
  });

  it('comes out of cabinets beside the package, each opened once, in order, and closed', async () => {
    const rows = withFiles(
      [
        ['a', 'a'],
        ['b', 'b'],
        ['c', 'c'],
      ],
      {
        Media: [
          [2, 3, null, 'TWO.cab', null, null],
          [1, 2, null, 'One.CAB', null, null],
        ],
      },
    );
    const asked: string[] = [];
    const files = { 'one.cab': packed({ a: '1', b: '2' }), 'two.CAB': packed({ c: '3' }) };
    const { content, state } = await contentOf(rows, {}, files, 2, asked);
    assert.deepEqual(await everything(content), { a: '1', b: '2', c: '3' });
    assert.deepEqual(asked, ['One.CAB', 'TWO.cab']);
    assert.equal(state.open, 0);
  });

  it('goes on over the cabinets of a set, each read once', async () => {
    const data = Buffer.alloc(100_000, 'holdfast ');
    const blocks = mszip(data);
    const big = { name: 'big', size: 90_000, offset: 10_000 };
    const shared = { compression: 1, setId: 4 };
    const files = {
      'd1.cab': cabinet({
        ...shared,
        next: 'd2.cab',
        blocks: [...blocks.slice(0, 1), { packed: (blocks[1]?.packed ?? data).subarray(0, 9), size: 0 }],
        files: [
          { name: 'small', size: 10_000, offset: 0 },
          { ...big, folder: 0xfffe },
        ],
      }),
      'd2.cab': cabinet({
        ...shared,
        index: 1,
        previous: 'd1.cab',
        blocks: [
          { packed: (blocks[1]?.packed ?? data).subarray(9), size: blocks[1]?.size ?? 0 },
          ...blocks.slice(2),
        ],
        files: [{ ...big, folder: 0xfffd }],
      }),
    };
    const media: Rows = {
      Media: [
        [1, 1, null, 'd1.cab', null, null],
        [2, 2, null, 'd2.cab', null, null],
      ],
    };
    const rows = withFiles(
      [
        ['small', 'small'],
        ['big', 'big'],
      ],
      media,
    );
    const asked: string[] = [];
    const { content } = await contentOf(rows, {}, files, 2, asked);
    const found = await everything(content);
    assert.equal(found.big, data.subarray(10_000).toString());
    assert.equal(found.small?.length, 10_000);
    assert.deepEqual(asked, ['d1.cab', 'd2.cab']);
    const inside = await contentOf({ ...rows, Media: [[1, 2, null, '#d1.cab', null, null]] }, files, {});
    assert.equal((await everything(inside.content)).big, found.big);
  });

  it('names the cabinet, or the file, that is missing', async () => {
    const rows = withFiles([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    const inside = await contentOf(rows, {}, {});
    await assert.rejects(everything(inside.content), failure('cab.incomplete', /"cab" in the package/));
    const beside = await contentOf({ ...rows, Media: [[1, 2, null, 'data1.cab', null, null]] }, {}, {});
    await assert.rejects(everything(beside.content), failure('cab.incomplete', /"data1.cab" beside/));
    const without = await contentOf(rows, { cab: packed({ a: '1' }) }, {});
    await assert.rejects(everything(without.content), failure('cab.incomplete', /the file "b"/));
    const loose = await contentOf(rows, {}, {}, 0);
    await assert.rejects(
      everything(loose.content),
      failure('cab.incomplete', /"PFiles\/Small Product\/a" beside the package/),
    );
    const unplaced = await contentOf({ ...rows, Media: [[1, 1, null, '#cab', null, null]] }, {}, {});
    await assert.rejects(everything(unplaced.content), failure('msi.invalid', /sequence 2/));
  });

  it('lies beside the package in the tree of the source, by long or short names', async () => {
    const rows = withFiles([['a', 'AAAA~1.TXT|a long name.txt']], {
      Directory: [
        ['TARGETDIR', null, 'SourceDir'],
        ['MID', 'TARGETDIR', 'target:SRC|source folder'],
        ['INSTALLDIR', 'MID', '.'],
      ],
    });
    const long = { 'Source Folder/A long name.txt': Buffer.from('long') };
    const short = { 'SRC/AAAA~1.TXT': Buffer.from('short') };
    assert.deepEqual(await everything((await contentOf(rows, {}, { ...long, ...short }, 0)).content), {
      a: 'long',
    });
    assert.deepEqual(await everything((await contentOf(rows, {}, { ...long, ...short }, 1)).content), {
      a: 'short',
    });
    assert.deepEqual(await everything((await contentOf(rows, {}, short, 0)).content), { a: 'short' });
    assert.deepEqual(await everything((await contentOf(rows, {}, long, 5)).content), { a: 'long' });
  });

  it('is where the bits of a file say, but not in a cabinet in an administrative image', async () => {
    const rows = withFiles([
      ['a', 'a', 0x4000],
      ['b', 'b', 0x2000],
      ['c', 'c'],
    ]);
    const cab = packed({ a: 'cab a', b: 'cab b', c: 'cab c' });
    const beside = {
      'PFiles/Small Product/a': Buffer.from('tree a'),
      'PFiles/Small Product/b': Buffer.from('tree b'),
      'PFiles/Small Product/c': Buffer.from('tree c'),
      b: Buffer.from('root b'),
    };
    const found = async (words: number) =>
      everything((await contentOf(rows, { cab }, beside, words)).content);
    assert.deepEqual(await found(2), { a: 'cab a', b: 'root b', c: 'cab c' });
    assert.deepEqual(await found(0), { a: 'cab a', b: 'tree b', c: 'tree c' });
    assert.deepEqual(await found(4), { a: 'tree a', b: 'tree b', c: 'tree c' });
    const disk = await contentOf({ ...rows, Media: [[1, 3, null, null, null, null]] }, {}, beside);
    assert.deepEqual(await everything(disk.content), { a: 'tree a', b: 'root b', c: 'tree c' });
  });

  it('is looked for nowhere but beside the package', async () => {
    const asked: string[] = [];
    for (const name of ['../x.cab', '..\\x.cab', '/x.cab', 'C:\\x.cab', 'nul', '..']) {
      const rows = withFiles([['a', 'a']], { Media: [[1, 1, null, name, null, null]] });
      const { content } = await contentOf(rows, {}, {}, 2, asked);
      await assert.rejects(everything(content), failure('msi.invalid', /could lead outside/), name);
      const folder = withFiles([['a', 'a']], {
        Directory: [
          ['TARGETDIR', null, 'SourceDir'],
          ['INSTALLDIR', 'TARGETDIR', `target:${name}`],
        ],
      });
      const loose = await contentOf(folder, {}, {}, 0, asked);
      await assert.rejects(everything(loose.content), failure('msi.invalid', /could lead outside/), name);
    }
    assert.deepEqual(asked, []);
  });

  it('of a merge module is in its own cabinet', async () => {
    const {
      Property: _,
      Feature: __,
      FeatureComponents: ___,
      Media: ____,
      ...rest
    } = withFiles([['a.1', 'a']]);
    const rows: Rows = { ...rest, ModuleSignature: [['Small.1', 0, '1.0']] };
    const { content } = await contentOf(rows, { 'MergeModule.CABinet': packed({ 'a.1': 'merged' }) }, {}, 0);
    assert.deepEqual(await everything(content), { 'a.1': 'merged' });
  });

  it('of one file is read alone, and a reader that stops closes what it opened', async () => {
    const rows = withFiles(
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
      { Media: [[1, 2, null, 'x.cab', null, null]] },
    );
    const { product, content, state } = await contentOf(rows, {}, { 'x.cab': packed({ a: '1', b: '2' }) });
    const file = product.files.get('b');
    assert.ok(file);
    for await (const piece of content.read(file)) assert.equal(Buffer.from(piece).toString(), '2');
    for await (const _ of content.all()) break;
    assert.equal(state.open, 0);
  });
});

describe('the tree of an extraction', () => {
  const pathsOf = async (rows: Rows) => {
    const { product } = await opened(rows);
    return Object.fromEntries([...extractionPaths(product)].map(([{ id }, path]) => [id, path.join('/')]));
  };

  it('has long names below the names of folders, and Program Files by its name', async () => {
    assert.deepEqual(await pathsOf(small), { 'program.exe': 'Program Files/Small Product/program one.exe' });
  });

  it('keeps files apart that have one path', async () => {
    const files = withFiles([
      ['one', 'Same.txt'],
      ['two', 'same.TXT'],
      ['three', 'SAME.txt'],
    ]);
    assert.deepEqual(await pathsOf(files), {
      one: 'Program Files/Small Product/Same.txt.one',
      two: 'Program Files/Small Product/same.TXT.two',
      three: 'Program Files/Small Product/SAME.txt',
    });
  });

  it('uses the name in the source where a directory is its parent at the target', async () => {
    const rows = withFiles([['a', 'a']], {
      Directory: [
        ['TARGETDIR', null, 'SourceDir'],
        ['WindowsFolder', 'TARGETDIR', 'Win'],
        ['ANSI', 'WindowsFolder', '.:Ansi'],
        ['INSTALLDIR', 'ANSI', 'T|Target:S|Source'],
      ],
    });
    assert.deepEqual(await pathsOf(rows), { a: 'Win/Ansi/Target/a' });
  });

  it('never leads outside', async () => {
    for (const name of [
      '..',
      '../x',
      '..\\..\\x',
      '/etc/x',
      'C:\\x',
      '\\\\s\\x',
      'a:b',
      'nul',
      'x.',
      'x ',
      '',
    ]) {
      const file = withFiles([['a', `A|${name}`]]);
      await assert.rejects(pathsOf(file), (thrown) => isHoldfastError(thrown), `file ${name}`);
      // In the name of a folder, a colon is what parts target and source.
      if (name === '' || name.includes(':')) continue;
      const directory = withFiles([['a', 'a']], {
        Directory: [
          ['TARGETDIR', null, 'SourceDir'],
          ['INSTALLDIR', 'TARGETDIR', `D|${name}`],
        ],
      });
      await assert.rejects(pathsOf(directory), (thrown) => isHoldfastError(thrown), `folder ${name}`);
    }
  });

  it('has no file where another has a folder', async () => {
    const rows = withFiles(
      [
        ['a', 'x'],
        ['b', 'x\\y'],
      ],
      {},
    );
    await assert.rejects(pathsOf(rows), (thrown) => isHoldfastError(thrown, 'cab.invalid'));
  });
});
