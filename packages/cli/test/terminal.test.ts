/** What is printed: hostile text is made harmless, tables fit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import { bytes, errorText, jsonText, plain, table } from '../src/terminal.ts';

test('control characters of a hostile name never reach the terminal', () => {
  const hostile = 'web\u001b[2J\u009b31m\r\n\u202etxt.exe\u0000';
  assert.equal(plain(hostile), 'web\ufffd[2J\ufffd31m\ufffd\ufffd\ufffdtxt.exe\ufffd');
  const text = table([{ name: hostile }], [{ title: 'NAME', value: (row) => row.name }], 80);
  assert.equal(text.split('\n').length, 2);
});

test('a JSON answer escapes what steers a terminal and reads back as it was', () => {
  const document = { name: 'a\u001b\u009b\u202e' };
  const text = jsonText(document);
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(text), document);
});

test('a table is cut to the terminal but its ids are not', () => {
  const id = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
  const shape = [
    { title: 'ID', value: (row: { id: string; name: string }) => row.id, whole: true },
    { title: 'NAME', value: (row: { id: string; name: string }) => row.name },
  ];
  const rows = [{ id, name: 'n'.repeat(200) }];
  const cut = table(rows, shape, 60);
  assert.ok(cut.split('\n').every((line) => line.length <= 60));
  assert.ok(cut.includes(id));
  assert.ok(table(rows, shape, undefined).includes('n'.repeat(200)));
});

test('an error is one JSON document with --json and two lines without', () => {
  const error = new HoldfastError('not-found', 'There is no client \u001b[31mx.');
  assert.deepEqual(Object.keys(JSON.parse(errorText(error, true, 'holdfast')).error), [
    'code',
    'message',
    'remedy',
  ]);
  assert.match(
    errorText(error, false, 'holdfast'),
    /^holdfast: There is no client \ufffd\[31mx\. \[not-found\]\n {2}.+\n$/,
  );
});

test('bytes are told in the unit that reads best', () => {
  assert.deepEqual([0, 1023, 1024, 5 * 1024 ** 3].map(bytes), ['0 B', '1023 B', '1.0 KiB', '5.0 GiB']);
});
