/** Which words may be names of files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlainName } from '../src/index.ts';

test('a separator, a step up, a NUL or nothing is no name on any platform', () => {
  for (const name of ['', '.', '..', 'a/b', 'a\\b', '/', '\\', 'a\0', 'a\0/b', '\ud800', 'x'.repeat(256)]) {
    for (const family of ['posix', 'windows'] as const) {
      assert.equal(isPlainName(name, family), false, JSON.stringify(name));
    }
  }
});

test('Windows refuses devices in any case and with any extension, streams, wildcards and trailing dots', () => {
  const devices = [
    'CON',
    'con',
    'Prn.txt',
    'aux.tar.gz',
    'NUL',
    'nul .txt',
    'COM1',
    'com9.log',
    'LPT²',
    'CONIN$',
  ];
  const others = ['a:b', 'a?', 'a*', 'a<', 'a>', 'a"', 'a|', 'a.', 'a ', '...', 'line\n', '\x1f'];
  for (const name of [...devices, ...others]) {
    assert.equal(isPlainName(name, 'windows'), false, JSON.stringify(name));
    assert.equal(isPlainName(name, 'posix'), true, JSON.stringify(name));
  }
});

test('names that only resemble devices are names', () => {
  for (const name of [
    'console',
    'com',
    'COM10',
    'lpt',
    'nullable.txt',
    'auxiliary',
    '.con',
    'a.con',
    '..a',
    'é',
  ]) {
    assert.equal(isPlainName(name, 'windows'), true, name);
  }
});

test('the limit counts UTF-8 bytes on posix and UTF-16 code units on Windows', () => {
  const name = 'é'.repeat(200);
  assert.equal(isPlainName(name, 'posix'), false);
  assert.equal(isPlainName(name, 'windows'), true);
  assert.equal(isPlainName('x'.repeat(255), 'posix'), true);
});
