/** The command line of the bootstrap: the field's own form, hostile values, contradictions. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { plainRequest } from '@holdfast/client';
import { formatToken, isHoldfastError, setupExit } from '@holdfast/contract';
import fc from 'fast-check';
import { readCommandLine } from '../src/setup/command-line.ts';
import { runSetupProgram } from '../src/setup/program.ts';

const token = formatToken({ siteCode: 'ABC', policyKey: 'a'.repeat(64), secret: 'A'.repeat(43) });

function refusal(...words: readonly string[]): string {
  try {
    readCommandLine(words);
  } catch (thrown) {
    assert.ok(isHoldfastError(thrown, 'command.invalid', 'token.malformed'), String(thrown));
    return thrown.message;
  }
  return assert.fail(`${words.join(' ')} is not refused`);
}

test('parameters and properties are read as the field writes them', () => {
  const { request, service } = readCommandLine([
    '/mp:https://one.example:8443;https://two.example',
    '/source:/mnt/client',
    '/Retry:5',
    '/DOWNLOADTIMEOUT:60',
    '/noservice',
    '/forceinstall',
    'SITECODE=abc',
    `TOKEN=${token}`,
    'CACHESIZE=2048',
    'LogLevel=3',
  ]);
  assert.equal(service, false);
  assert.deepEqual(request, {
    ...plainRequest,
    managementPoints: ['https://one.example:8443', 'https://two.example'],
    source: '/mnt/client',
    retryMinutes: 5,
    downloadTimeoutMinutes: 60,
    forceInstall: true,
    siteCode: 'ABC',
    token,
    cacheMegabytes: 2048,
    logLevel: 3,
  });
});

test('the same is said in the way of Linux', () => {
  const field = readCommandLine(['/mp:https://one.example', '/retry:5', '/logon']);
  assert.deepEqual(readCommandLine(['--mp', 'https://one.example', '--retry=5', '--logon']), field);
});

test('unknown words are refused with a hint, those of other tools with their name here', () => {
  assert.match(refusal('/regtoken:x'), /TOKEN=/);
  assert.match(refusal('SMSSITECODE=ABC'), /SITECODE=/);
  assert.match(refusal('/sources:/x'), /\/source/);
  assert.match(refusal('install'), /\/mp/);
  assert.match(refusal('__proto__=x'), /not known/);
  assert.match(refusal('constructor=x'), /not known/);
});

test('contradictions and wrong orders are refused', () => {
  assert.match(refusal(`TOKEN=${token}`, '/logon'), /before properties/);
  assert.match(refusal('/logon', '/logon'), /twice/);
  assert.match(refusal('/logon:now'), /no value/);
  assert.match(refusal('/retry'), /takes a value/);
  assert.match(refusal('--mp'), /takes a value/);
  assert.match(refusal('KEEP=identity'), /uninstall/);
  assert.match(refusal('/uninstall', '/forceinstall'), /goes neither/);
  assert.match(refusal('--go-on', '/uninstall'), /no other task/);
});

test('values that would say something else on the command line of an installer are refused', () => {
  for (const path of ['relative', '/a" /qn', 'C:\\a%TEMP%', '/a\nb', '']) refusal(`INSTALLDIR=${path}`);
  for (const url of [
    'http://plain.example',
    'https://user:secret@x.example',
    'https://x.example/path',
    'x',
    ';',
  ]) {
    refusal(`/mp:${url}`);
  }
  for (const number of ['-1', '1e3', ' 5', '99999999999']) refusal(`/retry:${number}`);
  refusal('SITECODE=ABCD');
  refusal('TOKEN=HF1.x');
  refusal('LOGLEVEL=4');
});

test('whatever stands on it, a command line is read or refused with a code', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '/mp:',
      '--mp',
      '/retry:5',
      'TOKEN=',
      '/?',
      '--help',
      'KEEP=logs',
      '/uninstall',
      '-',
      '--',
      '/',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      try {
        readCommandLine(words);
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'command.invalid', 'token.malformed'), String(thrown));
      }
    }),
    { numRuns: 2_000 },
  );
});

type Run = { readonly code: number; readonly out: string; readonly error: string };

async function run(words: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  let [out, error] = ['', ''];
  const code = await runSetupProgram(words, {
    environment,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    columns: undefined,
    progress: false,
    stopped: new AbortController().signal,
  });
  return { code, out, error };
}

test('--help, /? and --version answer and do nothing', async () => {
  for (const word of ['--help', '/?', '/help']) {
    const { code, out } = await run([word]);
    assert.equal(code, setupExit.succeeded);
    assert.match(out, /Examples:/);
  }
  assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

test('--dry-run says what would be done, never shows the token, and writes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-setup-'));
  try {
    const words = ['--dry-run', '--json', `--folder=${folder}`, 'INSTALLDIR=/nowhere/client'];
    const { code, out, error } = await run(words, { HOLDFAST_TOKEN: token });
    assert.equal(code, setupExit.succeeded, error);
    const plan = JSON.parse(out);
    assert.deepEqual([plan.intent, plan.enrolled, plan.asked.token], ['install', false, 'given']);
    assert.ok(!`${out}${error}`.includes(token));
    assert.deepEqual(await readdir(folder), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a wrong command line ends with exit code 6 and a coded error, as JSON where that is asked for', async () => {
  const { code, error } = await run(['/json', '/nonsense']);
  assert.equal(code, setupExit.failed);
  assert.equal(JSON.parse(error).error.code, 'command.invalid');
});
