/** Logs of installers, explained: the cause, in five lines, whatever the encoding, and nothing of it can break the reader. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  bytesSource,
  type CauseCode,
  explainFile,
  explainLog,
  explanationLines,
  type LoggedInstallation,
  mostTelling,
} from '@holdfast/msi';
import fc from 'fast-check';
import { longestLine } from '../src/log/decode.ts';

const folder = new URL('logs/', import.meta.url);
const bytesOf = (name: string) => readFileSync(new URL(`${name}.log`, folder));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.log'))
  .map((name) => name.slice(0, -4));

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

const ofText = (text: string) => explainLog(inPieces(Buffer.from(text), 4096));

async function told(name: string): Promise<LoggedInstallation> {
  const installation = mostTelling((await explainFile(bytesSource(bytesOf(name)))).installations);
  assert.ok(installation, name);
  return installation;
}

const causes: Readonly<Record<string, CauseCode | undefined>> = {
  'access-denied': 'file-access',
  again: 'registry-access',
  assembly: 'assembly',
  busy: 'busy',
  'cabinet-damaged': 'cabinet-damaged',
  cancelled: 'cancelled',
  'cut-off': undefined,
  'disk-full': 'disk-full',
  'file-in-use': 'file-in-use',
  'launch-condition': 'launch-condition',
  'library-failed': 'custom-action',
  'no-administrator': 'privileges',
  'older-version-stays': 'older-version-stays',
  'other-version': 'other-version',
  'package-unreadable': 'package-unreadable',
  'program-failed': 'custom-action',
  'protection-not-ready': 'protection-not-ready',
  'protection-refused': 'protection-refused',
  'reinstall-not-installed': undefined,
  'restart-wanted': undefined,
  'script-failed': 'script',
  'service-not-started': 'service-start',
  'service-not-stopped': 'service-stop',
  'source-missing': 'source-missing',
  'temporary-folder': 'temporary-folder',
  translated: 'file-access',
  'wine-condition': 'launch-condition',
  'wine-failing': 'custom-action',
  'wine-putty-repair': undefined,
};

describe('a log is explained', () => {
  assert.deepEqual(names, Object.keys(causes).sort());
  for (const name of names) {
    it(`${name}: its cause, and its five lines`, async () => {
      const installation = await told(name);
      assert.equal(installation.cause?.code, causes[name]);
      const lines = explanationLines(installation);
      assert.equal(lines.length, 5);
      assert.equal(`${lines.join('\n')}\n`, readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
    });
  }

  it('the evidence is on the lines that it names', async () => {
    const text = new TextDecoder('utf-16le').decode(bytesOf('protection-not-ready')).split('\r\n');
    const { cause, errors, firstLine, lastLine } = await told('protection-not-ready');
    for (const { line, text: shown } of [...(cause?.evidence ?? []), ...errors.map((one) => one.evidence)]) {
      assert.ok(text[line - 1]?.includes(shown), `line ${line}`);
    }
    assert.deepEqual([firstLine, lastLine], [1, text.length - 1]);
    assert.deepEqual(cause?.win32?.name, 'ERROR_NOT_READY');
    assert.equal(cause?.subject, 'C:\\WINDOWS\\system32\\msvcp60.dll');
    assert.equal(cause?.action, 'InstallFiles');
  });

  it('every encoding says the same, in pieces of any size', async () => {
    const text = new TextDecoder('utf-16le').decode(bytesOf('translated'));
    const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    const encodings: readonly (readonly [string, Uint8Array])[] = [
      ['utf-16le', bytesOf('translated')],
      ['utf-16le', Buffer.from(text, 'utf16le')],
      ['utf-16be', swapped],
      ['utf-16be', swapped.subarray(2)],
      ['utf-8', Buffer.from(`\ufeff${text}`)],
      ['utf-8', Buffer.from(text)],
      ['windows-1252', Buffer.from(text, 'latin1')],
    ];
    const expected = (await told('translated')).cause;
    for (const [encoding, bytes] of encodings) {
      for (const length of [1, 7, 4096, bytes.length]) {
        const explained = await explainLog(inPieces(bytes, length));
        assert.equal(explained.encoding, encoding);
        assert.deepEqual(explained.installations[0]?.cause, expected, `${encoding}, ${length}`);
        assert.equal(explained.installations[0]?.product.name, 'Nordwind Gerät');
      }
    }
  });

  it('several installations in one file are told apart, also where the file was appended to', async () => {
    const { installations } = await explainFile(bytesSource(bytesOf('again')));
    assert.deepEqual(
      installations.map(({ product, exitCode, loops }) => [product.name, exitCode, loops.length]),
      [
        ['Other Tool', 0, 0],
        ['Northwind Tool', 1603, 0],
        ['Northwind Tool', 1603, 1],
      ],
    );
    const both = Buffer.concat([bytesOf('busy'), bytesOf('again')]);
    assert.equal((await explainFile(bytesSource(both))).installations.length, 4);
    assert.equal(mostTelling(installations), installations[2]);
  });

  it('an upgrade fails with the code of the upgrade, not with that of what it removes', async () => {
    const { exitCode, product, cause } = await told('older-version-stays');
    assert.equal(exitCode, 1603);
    assert.equal(product.package, 'C:\\Temp\\tool.msi');
    assert.equal(cause?.action, 'RemoveExistingProducts');
  });

  it('what looks like a secret is not repeated', async () => {
    const { installations } = await explainFile(bytesSource(bytesOf('program-failed')));
    assert.ok(!JSON.stringify(installations).includes('hunter2'));
    const line = await ofText('MSI (s) (10:20): Command Line: DB_PASSWORD="a b" ADMINPWD=x1 ADDLOCAL=Main');
    assert.equal(
      line.installations[0]?.request.commandLine,
      'DB_PASSWORD=********** ADMINPWD=********** ADDLOCAL=Main',
    );
  });

  it('a repair that keeps every file is told for what it is', async () => {
    const { installations } = await ofText(
      [
        'MSI (s) (10:20) [10:00:00:000]: Command Line: REINSTALL=ALL',
        "MSI (s) (10:20) [10:00:00:000]: File: C:\\a.dll;\tWon't Overwrite;\tWon't patch;\tExisting file is of an equal version",
        'Property(S): Installed = 1',
        'MSI (s) (10:20) [10:00:00:000]: MainEngineThread is returning 0',
      ].join('\r\n'),
    );
    assert.deepEqual(
      installations[0]?.loops.map(({ code }) => code),
      ['nothing-replaced'],
    );
    assert.match(explanationLines(installations[0] as LoggedInstallation)[4] ?? '', /REINSTALLMODE/);
  });
});

describe('nothing in a log breaks its reader', () => {
  const bounded = (explained: Awaited<ReturnType<typeof ofText>>) => {
    assert.ok(explained.installations.length <= 100);
    assert.ok(JSON.stringify(explained).length < 100 * 200_000);
    for (const installation of explained.installations) {
      const lines = explanationLines(installation);
      assert.ok(lines.length === 5 && lines.every((line) => line.length <= 400 && !/[\r\n]/.test(line)));
    }
  };

  it('whatever bytes, in whatever pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, length) => bounded(await explainLog(inPieces(bytes, length))),
      ),
      { numRuns: 100 },
    );
  });

  it('lines of real logs, mixed, cut and changed', async () => {
    const lines = names.flatMap((name) => {
      const bytes = bytesOf(name);
      const text = bytes[0] === 0xff ? new TextDecoder('utf-16le').decode(bytes) : bytes.toString('latin1');
      return text.split('\r\n');
    });
    const mixed = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...lines) },
        fc
          .tuple(fc.constantFrom(...lines), fc.nat(200), fc.string({ maxLength: 30 }))
          .map(([line, at, more]) => `${line.slice(0, at)}${more}${line.slice(at)}`),
        fc.tuple(fc.constantFrom(...lines), fc.nat(200)).map(([line, at]) => line.slice(at)),
      ),
      { maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(mixed, async (some) => bounded(await ofText(some.join('\r\n')))),
      { numRuns: 150 },
    );
  });

  it('a line without an end is cut, and the next one is read', async () => {
    const long = 'x'.repeat(longestLine * 3);
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const bytes = Buffer.from(
        `\ufeffProperty(S): ProductName = ${long}\r\nMainEngineThread is returning 1618\r\n`,
        encoding,
      );
      const { cutLines, lines, installations } = await explainLog(inPieces(bytes, 1000));
      assert.deepEqual([cutLines, lines, installations[0]?.exitCode], [1, 2, 1618]);
      assert.ok((installations[0]?.product.name?.length ?? 0) <= 1000);
    }
  });

  it('a thousand installations leave the last hundred', async () => {
    const one =
      '=== Verbose logging started: x ===\nMainEngineThread is returning 0\n=== Verbose logging stopped: x ===\n';
    const { installations, leftOut } = await ofText(one.repeat(1000));
    assert.deepEqual([installations.length, leftOut], [100, 900]);
  });

  it('lines made to be matched slowly are read in time', async () => {
    const bad = [
      `Product: ${' --'.repeat(3000)}`,
      `Windows Installer installed ${'. Product Version: '.repeat(400)}`,
      `PROPERTY CHANGE: Adding REMOVE property. ${"Its value is '".repeat(500)}`,
      `Error 1304. ${'C:\\a '.repeat(1500)}`,
      `Note: 1: 1304 2: ${' 3: '.repeat(2000)}`,
      `Action ended 1:1: ${'a.'.repeat(4000)}`,
      `Command Line: ${'PASSWORD="'.repeat(800)}`,
    ].join('\r\n');
    await ofText(`${bad}\r\n`.repeat(50));
  });

  it('memory does not grow with the log', async () => {
    const line = Buffer.from(`MSI (s) (7C:A0) [10:15:03:000]: Note: 1: 1304 2: C:\\${'a'.repeat(80)} \r\n`);
    const piece = Buffer.concat(Array.from({ length: 2000 }, () => line));
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 100; count += 1) yield piece;
    }
    const before = process.memoryUsage().heapUsed;
    const { lines, installations } = await explainLog(endless());
    assert.equal(lines, 200_000);
    assert.ok(JSON.stringify(installations).length < 50_000);
    assert.ok(process.memoryUsage().heapUsed - before < 100 * 1024 * 1024);
  });

  it('text that is no log has no installations in it', async () => {
    assert.deepEqual((await ofText('hello\nworld\n')).installations, []);
    assert.deepEqual((await ofText('')).installations, []);
  });
});
