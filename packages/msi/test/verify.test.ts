/** A machine compared with a package: nothing differs, and then exactly what was damaged. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import {
  type Content,
  type DifferenceKind,
  evaluateInstalled,
  packGuid,
  type Verification,
  verify,
} from '@holdfast/msi';
import { programFile } from '../src/root/file-version-writer.ts';
import { type BuiltProduct, builtProduct, sources, toolDescription } from './support/built-product.ts';
import { type RootFolder, rootFolder } from './support/windows-root.ts';

const built = await builtProduct(toolDescription());
const key = '[Software\\\\Maker\\\\Tool] 1';
const escaped = (path: string) => path.replaceAll('\\', '\\\\');

/** What Windows Installer would have on record. */
function recorded({ product }: BuiltProduct, home: string): string[] {
  const data = 'Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18';
  const packed = packGuid(product.productCode ?? '');
  const keyPaths: Record<string, string> = { Program: `${home}tool.exe`, ReadMe: `${home}doc\\read me.txt` };
  return [
    `[${escaped(`${data}\\Products\\${packed}\\InstallProperties`)}] 1`,
    `"DisplayName"="${product.name}"`,
    `"DisplayVersion"="${product.version}"`,
    ...[...product.components.values()].flatMap(({ id, componentId, keyPath }) => {
      const file = keyPath.kind === 'file' ? product.files.get(keyPath.file) : undefined;
      if (file?.id === 'Other') return [];
      const path =
        keyPaths[id] ?? (file?.id === 'ReadMe' ? keyPaths.ReadMe : '02:\\Software\\Maker\\Tool\\Folder');
      return [
        `[${escaped(`${data}\\Components\\${packGuid(componentId ?? '')}`)}] 1`,
        `"${packed}"="${escaped(path ?? '')}"`,
      ];
    }),
  ];
}

type Values = { readonly folder?: string; readonly number?: string; readonly list?: string };

async function writeRegistry(
  root: RootFolder,
  home: string,
  values: Values = {},
  service = true,
): Promise<void> {
  const {
    folder = `"${escaped(home)}"`,
    number = 'dword:00000007',
    list = String.raw`str(7):"one\0two\0"`,
  } = values;
  await root.registry('system.reg', [
    ...recorded(built, home),
    key,
    ...(folder === '' ? [] : [`"Folder"=${folder}`]),
    `"Number"=${number}`,
    `"List"=${list}`,
    ...(service
      ? [
          '[System\\\\CurrentControlSet\\\\Services\\\\ToolService] 1',
          `"ImagePath"="\\"${escaped(home)}tool.exe\\""`,
        ]
      : []),
  ]);
}

const menu = 'C:\\users\\ada\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs';

/** A machine that has the product. */
async function machine(home = 'C:\\Program Files\\Maker\\Tool\\'): Promise<RootFolder> {
  const root = await rootFolder();
  await root.write(`${home}tool.exe`, sources['tool.exe'] ?? '');
  await root.write(`${home}doc\\READ ME.TXT`, sources['read me.txt'] ?? '');
  await root.write(`${home}logs\\x`, '');
  await root.write(`${menu}\\Maker\\Tool.lnk`, 'a shortcut');
  await root.registry('user.reg', [
    '[Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Explorer\\\\Shell Folders] 1',
    `"Programs"="${escaped(menu)}"`,
  ]);
  await writeRegistry(root, home);
  return root;
}

async function verified(root: RootFolder, content?: Content): Promise<Verification> {
  const opened = await root.open();
  return await verify(built.product, await evaluateInstalled(built.product, opened), opened, content);
}
const kinds = (found: Verification): readonly DifferenceKind[] => found.differences.map(({ kind }) => kind);

describe('a machine that has the product', () => {
  const home = 'C:\\Program Files\\Maker\\Tool\\';
  const tool = `${home}tool.exe`;

  it('differs in nothing', async () => {
    await using root = await machine();
    const found = await verified(root, built.content);
    assert.deepEqual(found.differences, []);
    assert.equal(found.registered?.version, '1.2.3');
    assert.deepEqual(found.compared, { files: 2, values: 3, others: 3 });
    assert.deepEqual(
      found.notJudged.map(({ what }) => what),
      ['environment variables'],
    );
    const extra = found.components.filter(({ installed }) => !installed).map(({ why }) => why);
    assert.deepEqual(extra, ['Windows Installer has no key path on record for it']);
  });

  it('is found where somebody has installed it, not where the package would put it', async () => {
    await using root = await machine('C:\\Tools\\');
    assert.deepEqual((await verified(root, built.content)).differences, []);
  });

  it('differs in files that are missing, older, newer or changed, each by its rule', async () => {
    const one = async (
      change: (root: RootFolder) => Promise<void>,
      expected: readonly DifferenceKind[],
      why: RegExp,
    ) => {
      await using root = await machine();
      await change(root);
      const found = await verified(root, built.content);
      assert.deepEqual(kinds(found), expected);
      const [first] = found.differences;
      assert.match(first?.why ?? '', why);
      assert.equal(first?.feature, 'Main');
    };
    await one((root) => rm(root.toLinux(tool)), ['file-missing', 'key-path-broken'], /no file of this name/);
    await one(
      (root) => root.write(tool, programFile([1, 2, 3, 3], [1033])),
      ['file-older'],
      /By version: it is lower/,
    );
    await one(
      (root) => root.write(tool, programFile([1, 10, 0, 0], [1033])),
      ['file-newer'],
      /By version: it is higher/,
    );
    await one((root) => root.write(tool, 'no program'), ['file-different'], /has none/);
    await one(
      (root) => root.write(tool, Buffer.concat([sources['tool.exe'] ?? '', Buffer.alloc(1)] as Buffer[])),
      ['file-different'],
      /By size/,
    );
    const damaged = Buffer.from(sources['tool.exe'] ?? '');
    damaged[3] = 1;
    await one((root) => root.write(tool, damaged), ['file-different'], /By content/);
    await one((root) => root.write(`${home}doc\\READ ME.TXT`, 'Read us.\r\n'), ['file-different'], /By hash/);
  });

  it('is compared by what is at hand where the bytes of the package are not', async () => {
    await using root = await machine();
    const damaged = Buffer.from(sources['tool.exe'] ?? '');
    damaged[3] = 1;
    await root.write(tool, damaged);
    const found = await verified(root);
    assert.deepEqual(found.differences, []);
    assert.ok(found.notJudged.some(({ what }) => what === tool));
  });

  it('differs in values, services, shortcuts and folders', async () => {
    await using root = await machine();
    await writeRegistry(root, home, { folder: '', number: 'dword:00000008', list: '"one"' }, false);
    await rm(root.toLinux(`${menu}\\Maker\\Tool.lnk`));
    await rm(root.toLinux(`${home}logs`), { recursive: true });
    const found = await verified(root);
    assert.deepEqual([...kinds(found)].sort(), [
      'folder-missing',
      'key-path-broken',
      'registry-different',
      'registry-different',
      'registry-missing',
      'service-missing',
      'shortcut-missing',
    ]);
    const number = found.differences.find(({ path }) => path.endsWith('\\Number'));
    assert.deepEqual([number?.expected, number?.found], ['7', '8']);
    const list = found.differences.find(({ path }) => path.endsWith('\\List'));
    assert.match(list?.why ?? '', /of another type: text and not texts/);
  });
});

describe('a machine that does not have the product', () => {
  it('is compared with what an installation would bring', async () => {
    await using root = await rootFolder();
    const found = await verified(root);
    assert.equal(found.registered, undefined);
    assert.equal(found.differences[0]?.kind, 'product-not-registered');
    assert.equal(found.differences.filter(({ kind }) => kind === 'file-missing').length, 2);
  });

  it('says nothing of drives that it does not have', async () => {
    await using root = await rootFolder();
    const opened = await root.open();
    const evaluation = await evaluateInstalled(built.product, opened, { INSTALLDIR: 'D:\\Tools' });
    const found = await verify(built.product, evaluation, opened);
    assert.ok(!kinds(found).includes('file-missing'));
    assert.ok(found.notJudged.some(({ what }) => what === 'D:\\Tools\\tool.exe'));
  });
});
