/** The catalogues: errors, status codes, exit codes, tokens and the limits of the wire. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import {
  classifyWin32,
  errorCatalogue,
  exitMeaning,
  formatToken,
  HoldfastError,
  isErrorCode,
  isHoldfastError,
  knownDpkg,
  knownError,
  knownExit,
  knownHttp,
  knownWin32,
  parseToken,
  RelativePath,
  StatusMessage,
  statusCatalogue,
  statusCode,
  statusText,
  statusTextLimit,
  systemError,
} from '../src/index.ts';

test('every error says what to do, and carries an HTTP error status', () => {
  for (const [code, { status, remedy }] of Object.entries(errorCatalogue)) {
    assert.ok(status >= 400 && status <= 599, code);
    assert.match(remedy, /^[A-Z].*\.$/, code);
  }
});

test('an error keeps its cause, and names that only look like codes are none', () => {
  const cause = new Error('beneath');
  const error = new HoldfastError('disk.full', 'No room for the content.', { cause, details: { bytes: 5 } });
  assert.equal(error.cause, cause);
  assert.equal(error.status, 507);
  assert.ok(
    isHoldfastError(error, 'disk.full') && !isHoldfastError(error, 'disk.denied') && !isHoldfastError(cause),
  );
  assert.equal(isErrorCode('constructor'), false);
});

test('every status name has one code, and its text names only details in plain words', () => {
  const names = Object.values(statusCatalogue).map((entry) => entry.name);
  assert.equal(new Set(names).size, names.length);
  for (const [code, entry] of Object.entries(statusCatalogue))
    assert.equal(statusCode(entry.name), Number(code));
});

test('a status sentence takes what the client said as text, and lives with what is missing', () => {
  assert.equal(statusText({ code: 30002, details: { version: '$& <b>{x}' } }), 'Client $& <b>{x} started');
  assert.equal(statusText({ code: 30002, details: {} }), 'Client ? started');
  assert.equal(statusText({ code: 65000, details: {} }), 'Status 65000');
});

test('status messages are taken at their limits and refused one above', () => {
  const message = (text: string, seq = 1) => ({
    seq,
    at: 0,
    code: 30002,
    severity: 'info',
    details: { text },
  });
  assert.ok(Check(StatusMessage, message('x'.repeat(statusTextLimit))));
  assert.ok(!Check(StatusMessage, message('x'.repeat(statusTextLimit + 1))));
  assert.ok(!Check(StatusMessage, message('x', 0)));
  assert.ok(!Check(StatusMessage, { ...message('x'), extra: 1 }));
});

test("the program's own exit codes come before the field's, and an unknown code is a failure", () => {
  assert.equal(exitMeaning(0, []), 'success');
  assert.equal(exitMeaning(3010, []), 'reboot-required');
  assert.equal(exitMeaning(1641, []), 'reboot-started');
  assert.equal(exitMeaning(1618, []), 'busy');
  assert.equal(exitMeaning(1603, []), 'failure');
  assert.equal(exitMeaning(1, [{ code: 1, meaning: 'success' }]), 'success');
  assert.equal(exitMeaning(0, [{ code: 0, meaning: 'failure' }]), 'failure');
});

test('Win32 error 21 means not ready, as in KB829810', () => {
  const known = knownWin32(21);
  assert.deepEqual([known.label, known.name, known.class], ['Win32 21', 'ERROR_NOT_READY', 'not-ready']);
  assert.equal(classifyWin32(1618), 'busy');
  assert.equal(classifyWin32(12345), 'fatal');
  assert.equal(classifyWin32(0x80070020), 'busy', 'a sharing violation as HRESULT');
  assert.equal(classifyWin32(-2147024891), 'refused', 'access denied as a negative HRESULT');
});

test('each failure of the field has its class: wait, come back after a restart, pass by, or undo', () => {
  const classes = {
    'not-ready': [knownWin32(1053), knownWin32(112), knownExit(1601), knownHttp(503), knownHttp(502)],
    busy: [knownWin32(32), knownExit(1618), knownHttp(429), knownHttp(409)],
    'reboot-required': [knownExit(3010), knownExit(1641), knownWin32(1072)],
    refused: [knownWin32(5), knownExit(1602), knownExit(1625), knownHttp(403), knownHttp(418)],
    fatal: [knownExit(1603), knownWin32(1060), knownExit(77), knownHttp(302)],
    success: [knownExit(0), knownExit(1707), knownWin32(1056), knownHttp(206), knownWin32(0)],
  };
  for (const [is, rows] of Object.entries(classes)) {
    for (const row of rows) assert.equal(row.class, is, `${row.label}: ${row.meaning}`);
  }
});

test('dpkg and apt say in words what their exit codes do not', () => {
  const said = [
    ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4242 (apt-get)', 'busy'],
    ["dpkg was interrupted, you must manually run 'dpkg --configure -a'", 'not-ready'],
    ['failed to write (No space left on device)', 'not-ready'],
    ['package architecture (arm64) does not match system (amd64)', 'refused'],
    ['dpkg: dependency problems prevent configuration of app', undefined],
  ] as const;
  for (const [words, is] of said) assert.equal(knownDpkg(words)?.class, is, words);
});

test("a coded error is taken by the system's own number, or else by its code", () => {
  const late = systemError(21, 'File protection did not take the file');
  assert.equal(late.code, 'system.not-ready');
  assert.equal(late.message, 'File protection did not take the file: it is not ready (Win32 21).');
  assert.equal(knownError(late).class, 'not-ready');
  const failed = new HoldfastError('installer.failed', 'It failed.', { details: { exitCode: 1618 } });
  assert.equal(knownError(failed).class, 'busy');
  assert.equal(knownError(new HoldfastError('disk.full', 'Full.')).class, 'not-ready');
  assert.equal(knownError(new HoldfastError('internal', 'Oh.')).class, 'fatal');
});

test('a token survives its text, and any other text is malformed', () => {
  const token = { siteCode: 'HF1', policyKey: 'ab'.repeat(32), secret: 'A'.repeat(43) };
  assert.deepEqual(parseToken(`  ${formatToken(token)}\n`), token);
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.throws(
        () => parseToken(text),
        (thrown) => isHoldfastError(thrown, 'token.malformed'),
      );
    }),
  );
});

test('a path of a package stays inside it', () => {
  for (const path of ['a', 'a/b.txt', '..a/b', 'a..b', '.hidden', 'a b/ü.msi'])
    assert.ok(Check(RelativePath, path), path);
  for (const path of [
    '',
    '/a',
    'a/',
    'a//b',
    '..',
    '../a',
    'a/../b',
    'a/.',
    './a',
    'a\\b',
    'C:a',
    'a:b',
    'a\0b',
    'a\nb',
  ]) {
    assert.ok(!Check(RelativePath, path), JSON.stringify(path));
  }
});

test('an exit code above 2^31 means the same as its negative', () => {
  const row = { code: -2147024891, meaning: 'busy' } as const;
  assert.equal(exitMeaning(0x80070005, [row]), 'busy');
  assert.equal(exitMeaning(-2147024891, [{ ...row, code: 0x80070005 }]), 'busy');
  assert.equal(exitMeaning(0x80070006, [row]), 'failure');
});
