/** Packages and cabinets made up from a seed, each kind by another maker. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  bytesSink,
  bytesSource,
  type Column,
  type PackageData,
  packCabinet,
  type TableData,
} from '@holdfast/msi';
import { compileProduct } from '@holdfast/msi/build';
import { type Dice, diceOf, randomDescription } from './describe-random.ts';
import { rawPackage } from './generated-raw.ts';
import { compareCabinet, comparePackage } from './oracle.ts';
import { written } from './rewrite.ts';

const run = promisify(execFile);
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Makes one in a folder of its own, and compares what the tools say of it with what is read here. */
type Check = (folder: string, seed: number) => Promise<void>;

/** Bytes that pack well, badly, or not at all. */
function content(dice: Dice, most: number): Buffer {
  const length = dice.below(dice.chance(0.2) ? most : 2000);
  const letters = dice.pick([2, 30, 256]);
  return Buffer.from(range(length).map(() => dice.below(letters)));
}

/** A product of a random description, compiled and written here; files that lie beside it are put there. */
const built: Check = async (folder, seed) => {
  const { description, readFile } = randomDescription(seed);
  const { data, beside } = await compileProduct(description, readFile);
  const path = join(folder, 'built.msi');
  writeFileSync(path, await written(data));
  for (const { name, content: bytes } of beside) {
    const to = join(folder, name);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, await bytes.read(0, bytes.size));
  }
  // msiextract unpacks cabinets; files that lie beside the package are none of its business.
  const packed = description.media?.files !== 'uncompressed';
  await comparePackage(path, { files: packed });
};

const guidOf = (dice: Dice) => dice.guid().slice(1, -1);

function wixComponent(dice: Dice, folder: string, id: number): string {
  const files = range(1 + dice.below(4)).map((index) => {
    const name = `file${id}-${index}.${dice.pick(['txt', 'dll', 'longer extension'])}`;
    writeFileSync(join(folder, `s${id}-${index}`), content(dice, 60_000));
    return `<File Id="F${id}_${index}" Name="${name}" Source="s${id}-${index}"${index === 0 ? ' KeyPath="yes"' : ''}/>`;
  });
  const values = range(dice.below(4)).map(
    (index) =>
      `<RegistryValue Root="${dice.pick(['HKLM', 'HKCU'])}" Key="Software\\Random ${id}" Name="N${index}"` +
      ` Type="${dice.pick(['string', 'expandable'])}" Value="[INSTALLDIR]${dice.hex(8)} &#228;"/>`,
  );
  const empty = dice.chance(0.3) ? '<CreateFolder/>' : '';
  return `<Component Id="C${id}" Guid="${guidOf(dice)}">${empty}${files.join('')}${values.join('')}</Component>`;
}

/** A package that wixl makes of a source. */
const wixl: Check = async (folder, seed) => {
  const dice = diceOf(seed);
  const count = 1 + dice.below(5);
  const directories = range(count).map((id) => {
    const inner = wixComponent(dice, folder, id);
    return dice.chance(0.5)
      ? `<Directory Id="D${id}" Name="Folder number ${id}">${inner}</Directory>`
      : inner;
  });
  const features = range(count).map(
    (id) =>
      `<Feature Id="Feature${id}" Level="${1 + dice.below(3)}" Title="T ${id}"><ComponentRef Id="C${id}"/></Feature>`,
  );
  const source = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="${guidOf(dice)}" Name="Random ${seed}" Manufacturer="Holdfast" Language="1033" Version="1.${seed % 200}.0"
  UpgradeCode="${guidOf(dice)}"><Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
<Media Id="1" Cabinet="made.cab" EmbedCab="yes"/>
<Property Id="RANDOM" Value="${dice.hex(20)}"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder">
<Directory Id="INSTALLDIR" Name="Random ${seed}">${directories.join('\n')}</Directory></Directory></Directory>
${features.join('\n')}</Product></Wix>`;
  writeFileSync(join(folder, 'made.wxs'), source);
  await run('wixl', ['-o', 'made.msi', 'made.wxs'], { cwd: folder });
  await comparePackage(join(folder, 'made.msi'));
};

/** Code pages, and characters of them. */
const pages = [
  [0, 'ascii'],
  [1250, 'śęŁ'],
  [1251, 'Ждщ'],
  [1252, 'Grüße'],
  [932, 'ビル日本'],
  [936, '安装包'],
  [949, '설치'],
  [950, '安裝'],
  [65001, '€𝄞✓'],
] as const;

function randomColumns(dice: Dice): Column[] {
  const common = { nullable: false, localizable: false } as const;
  const keys: Column[] = range(1 + dice.below(2)).map((index) =>
    dice.chance(0.7)
      ? { ...common, name: `Key${index}`, kind: 'string', size: 72, key: true }
      : { ...common, name: `Key${index}`, kind: dice.pick(['i2', 'i4'] as const), size: 0, key: true },
  );
  const others: Column[] = range(dice.below(10)).map((index) => {
    const kind = dice.pick(['string', 'string', 'i2', 'i4'] as const);
    const localizable = kind === 'string' && dice.chance(0.3);
    const size = kind === 'string' ? dice.pick([0, 38, 72, 255]) : 0;
    return { name: `Column${index}`, kind, size, key: false, nullable: dice.chance(0.6), localizable };
  });
  const sized = [...keys, ...others].map((column) => ({
    ...column,
    size: column.kind === 'i2' ? 2 : column.kind === 'i4' ? 4 : column.size,
  }));
  return dice.chance(0.2)
    ? [...sized, { ...common, name: 'Data', kind: 'binary', size: 0, key: false, nullable: true }]
    : sized;
}

function randomTable(dice: Dice, index: number, sample: string): TableData {
  const columns = randomColumns(dice);
  const text = () => `${dice.hex(dice.below(12))}${dice.chance(0.3) ? sample : ''}x`;
  const cell = (column: Column, row: number) => {
    if (column.key) return column.kind === 'string' ? `k${row}.${column.name}` : row - 5;
    if (column.nullable && dice.chance(0.3)) return null;
    if (column.kind === 'string') return text();
    if (column.kind === 'binary') return bytesSource(content(dice, 9000));
    return column.kind === 'i2' ? dice.below(65_535) - 32_767 : dice.below(2 ** 32 - 1) - (2 ** 31 - 1);
  };
  const rows = range(dice.below(dice.chance(0.1) ? 400 : 12)).map((row) =>
    columns.map((column) => cell(column, row)),
  );
  return { name: `Table${index}`, columns, rows };
}

/** More texts than references of two bytes can tell apart. */
const manyTexts: TableData = {
  name: 'Many',
  columns: [{ name: 'Key', kind: 'string', size: 72, key: true, nullable: false, localizable: false }],
  rows: range(66_000).map((row) => [`text ${row}`]),
};

function randomData(seed: number): PackageData {
  const dice = diceOf(seed);
  const [codePage, sample] = dice.pick(pages);
  const tables = range(1 + dice.below(8)).map((index) => randomTable(dice, index, sample));
  return {
    kind: 'installer',
    codePage,
    tables: seed % 20 === 7 ? [...tables, manyTexts] : tables,
    streams: range(dice.below(3)).map((index) => ({
      name: `stream ${index}`,
      content: bytesSource(content(dice, 90_000)),
    })),
    summary: new Map([
      [1, { kind: 'number', number: 1252 }],
      [2, { kind: 'text', text: `Random ${seed}` }],
      [9, { kind: 'text', text: dice.guid() }],
      [12, { kind: 'time', time: dice.below(2 ** 31) * 1000 }],
      [15, { kind: 'number', number: dice.below(16) }],
    ]),
  };
}

/** A database of random tables in a random code page, written here. */
const tables: Check = async (folder, seed) => {
  const path = join(folder, 'tables.msi');
  writeFileSync(path, await written(randomData(seed)));
  await comparePackage(path);
};

/** A database of hand-made bytes, its sectors scattered: none of the writers here or elsewhere would make it. */
const raw: Check = async (folder, seed) => {
  const path = join(folder, 'raw.msi');
  writeFileSync(path, rawPackage(seed));
  await comparePackage(path);
};

/** A database of random tables that msibuild makes of .idt text. */
const imported: Check = async (folder, seed) => {
  const dice = diceOf(seed);
  const words = ['made.msi'];
  const made = range(1 + dice.below(6)).map((index) => randomTable(dice, index, 'ascii'));
  for (const { name, columns, rows } of seed % 50 === 7 ? [...made, manyTexts] : made) {
    const used = columns.flatMap((column, at) => (column.kind === 'binary' ? [] : [at]));
    const pick = (cells: readonly unknown[]) => used.map((at) => String(cells[at] ?? '')).join('\t');
    const code = ({ kind, nullable, localizable, size }: Column) => {
      const letter = kind === 'string' ? (localizable ? 'l' : 's') : 'i';
      return `${nullable ? letter.toUpperCase() : letter}${size}`;
    };
    const keys = columns.filter(({ key }) => key).map((column) => column.name);
    const head = [
      pick(columns.map((column) => column.name)),
      pick(columns.map(code)),
      [name, ...keys].join('\t'),
    ];
    writeFileSync(join(folder, `${name}.idt`), [...head, ...rows.map(pick), ''].join('\r\n'));
    words.push('-i', `${name}.idt`);
  }
  writeFileSync(join(folder, 'stream'), content(dice, 30_000));
  await run('msibuild', [...words, '-a', 'A.stream', 'stream'], { cwd: folder });
  await comparePackage(join(folder, 'made.msi'));
};

/** A cabinet of gcab, stored or MSZIP. */
const gcab: Check = async (folder, seed) => {
  const dice = diceOf(seed);
  const names = range(1 + dice.below(20)).map((index) => `file ${index}.${dice.hex(3)}`);
  for (const name of names) writeFileSync(join(folder, name), content(dice, 200_000));
  await run('gcab', ['-c', ...(dice.chance(0.7) ? ['-z'] : []), '-n', 'made.cab', ...names], { cwd: folder });
  await compareCabinet(join(folder, 'made.cab'));
};

/** A cabinet that is packed here. */
const packed: Check = async (folder, seed) => {
  const dice = diceOf(seed);
  const files = range(1 + dice.below(20)).map((index) => ({
    name: `${dice.pick(['', 'folder\\', 'folder\\inner\\'])}file ${index}.${dice.hex(3)}`,
    content: bytesSource(content(dice, 200_000)),
  }));
  const sink = bytesSink();
  await packCabinet(files, sink, { compression: dice.pick(['none', 'mszip', 'mszip'] as const) });
  const path = join(folder, 'packed.cab');
  writeFileSync(path, sink.bytes());
  await compareCabinet(path);
};

/** By what makes them, in words that end a title. */
export const makers: ReadonlyMap<string, Check> = new Map([
  ['built here of random descriptions', built],
  ['built by wixl of random sources', wixl],
  ['of random tables, written here', tables],
  ['of hand-made bytes', raw],
  ['of random tables, imported by msibuild', imported],
  ['that are cabinets of gcab', gcab],
  ['that are cabinets packed here', packed],
]);
