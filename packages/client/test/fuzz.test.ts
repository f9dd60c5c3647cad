/** What the client is told from outside: command lines, paths of rules, answers of sites. Refused with a code, or as said. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  Assignment,
  EnrolResponse,
  Envelope,
  isHoldfastError,
  PolicyIndex,
  SiteTrust,
  StatusAcknowledgement,
  TrustResponse,
} from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Disk, Folder } from '@holdfast/ports';
import fc from 'fast-check';
import { errorOf, jsonReader, retryAfterSeconds } from '../src/site.ts';
import { parseCommand } from '../src/software/command.ts';
import { detect } from '../src/software/detect.ts';

const variables = { content: '/work "a" {log}', root: '/root dir', log: '/logs/x.log', state: '/{root}' };
const filled = (text: string) =>
  text.replace(/\{(content|root|log|state)\}/g, (_, name: keyof typeof variables) => variables[name]);

test('words in quotation marks come out as they went in, with their variables filled in once', () => {
  const word = fc
    .array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('{content}', '{root}', ' ', "'", '\\', '$')),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('').replaceAll('"', ''))
    .filter((text) => text !== '');
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(' ', '\t', '  '),
      (words, gap) => {
        const line = words.map((text) => `"${text}"`).join(gap);
        const { program, arguments: rest } = parseCommand(line, variables, 'linux', '/');
        assert.deepEqual([program, ...rest], words.map(filled));
      },
    ),
  );
});

test('any command line is refused as invalid, or has a program and loses no character but quotes and blanks', () => {
  const piece = fc.oneof(
    fc.constantFrom('"', ' ', '\t', '{', '}', '{root}', 'a'),
    fc.string({ unit: 'binary' }),
  );
  const bare = { content: '{content}', root: '{root}', log: '{log}', state: '{state}' };
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom('linux', 'windows'),
      (pieces, platform) => {
        const line = pieces.join('');
        try {
          const { program, arguments: rest } = parseCommand(line, bare, platform, '/');
          assert.notEqual(program, '');
          const all = typeof rest === 'string' ? program + rest : [program, ...rest].join('');
          const kept = (text: string) => text.replace(/["\s]/g, '');
          assert.equal(kept(all), kept(line));
        } catch (thrown) {
          assert.ok(isHoldfastError(thrown, 'command.invalid'), String(thrown));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

/** A disk that notes every name it is asked for below its root. */
function watched(disk: Disk, asked: string[]): Pick<Disk, 'open'> {
  const wrap = (folder: Folder): Folder => ({
    ...folder,
    entry: (name) => {
      asked.push(name);
      return folder.entry(name);
    },
    folder: async (name, options) => {
      asked.push(name);
      return wrap(await folder.folder(name, options));
    },
  });
  return { open: async (path) => wrap(await disk.open(path)) };
}

test('the path of a file rule finds nothing outside its root, and fails only with a code', async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-detect-'));
  t.after(() => rm(base, { recursive: true }));
  const root = join(base, 'root');
  await mkdir(join(root, 'a'), { recursive: true });
  await writeFile(join(base, 'secret'), '');
  await symlink('..', join(root, 'up'));
  const asked: string[] = [];
  const ports = {
    disk: watched(linuxMachine().disk, asked),
    registry: { read: async () => undefined },
    installers: {
      dpkg: async () => undefined,
      msi: async () => undefined,
      fileVersion: async () => undefined,
    },
  };
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('/', '/', '..', '.', 'a', 'up', 'secret', '\\', '\0', 'C:\\') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('linux', 'windows'),
      async (pieces, platform) => {
        asked.length = 0;
        try {
          const rule = { kind: 'file', path: pieces.join('') } as const;
          assert.equal((await detect(ports, [rule], { platform, root, state: root })).present, false);
        } catch (thrown) {
          assert.ok(isHoldfastError(thrown), String(thrown));
        }
        assert.ok(!asked.some((name) => name === '..' || name === '.' || name.includes('/')), asked.join());
      },
    ),
    { numRuns: 1000 },
  );
});

const bytesOnce = (bytes: Uint8Array) =>
  (async function* () {
    yield bytes;
  })();

test('whatever answers in the place of the site, it becomes one coded error', async () => {
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({
        code: fc.oneof(fc.string(), fc.constantFrom('disk.full', '__proto__')),
        message: fc.string(),
        remedy: fc.string(),
      })
      .map((value) => Buffer.from(JSON.stringify(value))),
  );
  const header = fc.oneof(fc.string(), fc.nat().map(String), fc.constant('Wed, 21 Oct 2065 07:28:00 GMT'));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 999 }), body, header, async (status, bytes, retryAfter) => {
      const headers = { 'retry-after': retryAfter };
      const error = await errorOf({ status, headers, body: bytesOnce(bytes) }, 0);
      assert.ok(isHoldfastError(error));
      assert.equal(error.details.status, status);
      const seconds = retryAfterSeconds(retryAfter, 0) ?? 0;
      assert.ok(Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400, String(seconds));
    }),
  );
});

test('any text in the place of an answer is refused with the code of that answer', () => {
  const schemas = [
    Envelope,
    PolicyIndex,
    Assignment,
    SiteTrust,
    TrustResponse,
    EnrolResponse,
    StatusAcknowledgement,
  ];
  const readers = schemas.map((schema) => jsonReader(schema, 'answer', 'policy.untrusted'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const read of readers) assert.throws(() => read(text), { code: 'policy.untrusted' });
    }),
  );
});
