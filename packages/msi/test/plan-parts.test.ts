/** The small parts of planning: values as tables write them, packed codes, .ini lines, shortcuts, overlays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortGuid } from '../src/plan/base85.ts';
import { iniValue, withIniValue, withoutIniValue } from '../src/plan/ini.ts';
import { plannedRegistry } from '../src/plan/planned-registry.ts';
import { valueBeside, writtenValue } from '../src/plan/registry-data.ts';
import { settled } from '../src/plan/settled.ts';
import { shellLink } from '../src/plan/shell-link.ts';
import { fitsWildcards } from '../src/plan/wildcards.ts';
import type { RegistryData } from '../src/root/data.ts';
import { rootRegistry } from '../src/root/registry.ts';

const values: readonly (readonly [written: string, data: RegistryData])[] = [
  ['text', { kind: 'text', text: 'text' }],
  ['', { kind: 'text', text: '' }],
  ['##text', { kind: 'text', text: '#text' }],
  ['#%%PATH%\\x', { kind: 'expandable', text: '%PATH%\\x' }],
  ['#42', { kind: 'number', number: 42 }],
  ['#-1', { kind: 'number', number: 0xffff_ffff }],
  ['#+7', { kind: 'number', number: 7 }],
  ['#x0F1', { kind: 'bytes', type: 3, bytes: Buffer.from([0x00, 0xf1]) }],
  ['#x', { kind: 'bytes', type: 3, bytes: Buffer.alloc(0) }],
  ['a\0b', { kind: 'texts', texts: ['a', 'b'] }],
  ['\0a\0', { kind: 'texts', texts: ['a'] }],
];

for (const [written, data] of values) {
  test(`the value ${JSON.stringify(written)} is a value of kind ${data.kind}`, () => {
    assert.deepEqual(valueBeside(writtenValue(written), undefined), data);
  });
}

test('lists are added to in front and behind, each text once', () => {
  const there: RegistryData = { kind: 'texts', texts: ['x', 'b'] };
  assert.deepEqual(valueBeside(writtenValue('\0b'), there), { kind: 'texts', texts: ['x', 'b'] });
  assert.deepEqual(valueBeside(writtenValue('b\0'), there), { kind: 'texts', texts: ['b', 'x'] });
});

test('component codes are as Windows packs them: 20 characters', () => {
  assert.equal(shortGuid('{00000000-0000-0000-0000-000000000000}'), '!'.repeat(20));
  assert.equal(shortGuid('{FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF}')?.length, 20);
  assert.equal(shortGuid('none'), undefined);
});

test('lines of .ini files change one by one, and a section goes with its last line', () => {
  const text = '; mine\r\n[a]\r\nx=1\r\n\r\n[b]\r\ny=2\r\n';
  assert.equal(iniValue(text, 'A', 'X'), '1');
  assert.equal(withIniValue(text, 'a', 'z', '3'), '; mine\r\n[a]\r\nx=1\r\nz=3\r\n\r\n[b]\r\ny=2\r\n');
  assert.equal(withIniValue(text, 'b', 'Y', '9'), '; mine\r\n[a]\r\nx=1\r\n\r\n[b]\r\nY=9\r\n');
  assert.equal(withoutIniValue(text, 'b', 'y'), '; mine\r\n[a]\r\nx=1\r\n\r\n');
  assert.equal(withIniValue('', 's', 'k', 'v'), '[s]\r\nk=v\r\n');
  assert.equal(withoutIniValue('[s]\r\nk=v\r\n', 's', 'k'), '');
});

test('a shortcut is a link to its target, the same bytes each time', () => {
  const link = {
    target: 'C:\\Program Files\\Tool\\tööl.exe',
    isFolder: false,
    description: 'a tool',
    arguments: '-x',
    workingFolder: 'C:\\Program Files\\Tool\\',
    icon: { path: 'C:\\Windows\\Installer\\i.ico', index: 2 },
    hotKey: 0,
    show: 1,
  };
  const bytes = shellLink(link);
  assert.deepEqual(shellLink(link), bytes);
  assert.equal(bytes.readUInt32LE(0), 0x4c);
  assert.equal(bytes.toString('hex', 4, 20), '0114020000000000c000000000000046');
  assert.equal(bytes.readUInt32LE(20), 0xf7);
  assert.equal(bytes.readInt32LE(56), 2);
  const infoAt = 76 + 2 + bytes.readUInt16LE(76);
  const wideAt = infoAt + bytes.readUInt32LE(infoAt + 28);
  assert.equal(bytes.toString('utf16le', wideAt, wideAt + link.target.length * 2), link.target);
  assert.ok(bytes.includes(Buffer.from('-x', 'utf16le')));
  assert.equal(bytes.readUInt32LE(bytes.length - 4), 0);
});

test('a planned registry shows what will be, key by key, and leaves the real one alone', () => {
  const real = rootRegistry({ machine: undefined, user: undefined, defaultUser: undefined });
  const planned = plannedRegistry(real);
  const place = { hive: 'HKLM', key: 'Software\\Maker\\Tool', view: '64' } as const;
  planned.plan({ kind: 'set', place, name: 'A', data: { kind: 'number', number: 1 } });
  assert.deepEqual(planned.value(place, 'a'), { kind: 'number', number: 1 });
  assert.deepEqual(planned.keys({ ...place, key: 'Software\\Maker' }), ['Tool']);
  assert.equal(planned.value({ ...place, view: '32' }, 'A'), undefined);
  planned.plan({ kind: 'remove-key', place: { ...place, key: 'Software\\Maker' } });
  assert.equal(planned.has(place), false);
  planned.plan({ kind: 'create-key', place });
  assert.deepEqual(planned.values(place), []);
  assert.equal(real.values(place), undefined);
});

test('what an upgrade removes and brings again is not removed', () => {
  const because = { action: 'RemoveFiles', reason: 'why' };
  const place = {
    kind: 'place-file',
    path: 'C:\\a',
    bytes: { from: 'memory', base64: '' },
    size: 0,
    ...because,
  } as const;
  const kept = settled([
    { kind: 'remove-file', path: 'C:\\A', ...because },
    { kind: 'remove-file', path: 'C:\\b', ...because },
    place,
  ]);
  assert.deepEqual(
    kept.map(({ kind, ...one }) => [kind, 'path' in one ? one.path : '']),
    [
      ['remove-file', 'C:\\b'],
      ['place-file', 'C:\\a'],
    ],
  );
});

test('names fit wildcards as Windows has them, and no pattern takes long', () => {
  const fits: readonly (readonly [string, string, boolean])[] = [
    ['*', 'anything', true],
    ['*.*', 'no dot', true],
    ['*.TXT', 'a.txt', true],
    ['*.txt', 'a.txt.bak', false],
    ['a?c*', 'abc', true],
    ['a?c', 'ac', false],
    ['a*b*c', 'a1b2b3c', true],
    ['', '', true],
    ['a.b', 'axb', false],
  ];
  for (const [pattern, name, answer] of fits) assert.equal(fitsWildcards(pattern, name), answer, pattern);
  assert.equal(fitsWildcards(`${'*a'.repeat(200)}*b`, 'a'.repeat(255)), false);
});
