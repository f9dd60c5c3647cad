/** Logs that are written: the layout of msiexec's, only what the flags ask for, and never a hidden value. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import {
  type ByteSink,
  bytesSink,
  bytesSource,
  explainFile,
  explanationLines,
  formatInstallerError,
  hiddenNames,
  type InstallLog,
  installerError,
  type LogOptions,
  openLog,
  openLogFile,
  operationText,
  parseLogFlags,
  parseLogOption,
} from '@holdfast/msi';
import fc from 'fast-check';
import { installerErrorCodes, wantedValues } from '../src/log/installer-errors.ts';

/** 2025-03-14 09:15:04.067 UTC */
const clock = { now: () => Date.UTC(2025, 2, 14, 9, 15, 4, 67) };
const product = { name: 'Northwind Tool', version: '2.4.1', language: '1033', manufacturer: 'Northwind' };

async function written(
  flags: string,
  write: (log: InstallLog) => Promise<void>,
  options: LogOptions = {},
): Promise<{ lines: readonly string[]; bytes: Uint8Array }> {
  const sink = bytesSink();
  const log = openLog(sink, parseLogFlags(flags), clock, {
    offset: 60,
    process: 0x127c,
    thread: 0xa0,
    ...options,
  });
  await write(log);
  await log.end(1603, 'install', product);
  const text = Buffer.from(sink.bytes()).toString('utf16le');
  assert.ok(text.startsWith('\ufeff') && text.endsWith('\r\n'));
  return { lines: text.slice(1, -2).split('\r\n'), bytes: sink.bytes() };
}

const letters = (flags: string) => [...parseLogFlags(flags).letters].join('');

describe('/L', () => {
  it('takes letters in any case and order, a star, and marks', () => {
    assert.equal(letters(''), 'iwearmo');
    assert.equal(letters('*'), 'iwearucmop');
    assert.equal(letters('*VX'), 'iwearucmopvx');
    assert.equal(letters('v'), 'v');
    assert.equal(letters('+!'), 'iwearmo');
    const { append, flush } = parseLogFlags('e+!');
    assert.deepEqual([append, flush], [true, true]);
    assert.deepEqual(parseLogFlags('*v').append, false);
  });

  it('names its file, and says so where it does not', () => {
    const { flags, path } = parseLogOption('/L*v', '"c:\\a b.log"');
    assert.deepEqual([[...flags.letters].includes('v'), path], [true, 'c:\\a b.log']);
    assert.equal(parseLogOption('-log', 'x.log').flags.letters.size, 10);
    for (const [option, file] of [
      ['/L*q', 'x.log'],
      ['/L*v', undefined],
      ['/L*v', ''],
      ['/L*v', '/qn'],
      ['/x', 'y'],
    ] as const) {
      assert.throws(
        () => parseLogOption(option, file),
        (thrown) => isHoldfastError(thrown, 'command.invalid') && thrown.details.exitCode === 1639,
      );
    }
  });

  it('wants a folder that exists; + appends to the file there', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
    context.after(() => rm(folder, { recursive: true }));
    await assert.rejects(
      openLogFile(localDisk(), join(folder, 'none'), 'x.log', { append: false }),
      (thrown) => isHoldfastError(thrown, 'disk.not-found') && thrown.details.exitCode === 1622,
    );
    const write = async (flags: string, exitCode: number) => {
      const parsed = parseLogFlags(flags);
      await using opened = await openLogFile(localDisk(), folder, 'x.log', parsed);
      const log = openLog(opened.file, parsed, clock, { start: opened.start });
      await log.begin({ product: 'c:\\tool.msi', commandLine: '' });
      await log.end(exitCode, 'install', product);
    };
    await writeFile(join(folder, 'x.log'), 'something long that was there before'.repeat(100));
    for (const [flags, exitCode] of [
      ['*v', 0],
      ['*v+!', 1618],
      ['*v+', 3010],
    ] as const) {
      await write(flags, exitCode);
    }
    const bytes = await readFile(join(folder, 'x.log'));
    assert.equal(bytes.toString('utf16le').split('\ufeff').length, 2);
    const { installations } = await explainFile(bytesSource(bytes));
    assert.deepEqual(
      installations.map(({ exitCode, writer }) => [exitCode, writer]),
      [0, 1618, 3010].map((code) => [code, 'holdfast']),
    );
  });
});

describe('a log is written', () => {
  it('in the layout of msiexec', async () => {
    const { lines } = await written('*v', async (log) => {
      await log.begin({ product: 'c:\\tool.msi', name: 'Northwind Tool', commandLine: 'REINSTALL=ALL' });
      await log.actionStart('InstallFiles', 'Copying new files');
      await log.decision({
        path: 'C:\\tool.exe',
        do: 'replace',
        rule: 'version-lower',
        packaged: { version: '2.4.1.0' },
        existing: { version: '2.4' },
      });
      await log.operation(
        operationText('FileCopy', [
          ['SourceName', 'tool.exe'],
          ['FileSize', 7],
          ['', undefined],
        ]),
      );
      await log.error(1310, ['5', 'C:\\tool.exe']);
      await log.actionEnd('InstallFiles', 'failure');
      await log.rollingBack(['Copying new files']);
      await log.properties(new Map([['ProductName', 'Northwind Tool']]));
    });
    const at = 'MSI (s) (7C:A0) [10:15:04:067]: ';
    assert.deepEqual(lines, [
      '=== Verbose logging started: 3/14/2025  10:15:04  Build type: HOLDFAST UNICODE 5.00  Calling process: msiexec.exe ===',
      `${at}******* RunEngine:`,
      '           ******* Product: c:\\tool.msi',
      '           ******* Action: ',
      '           ******* CommandLine: REINSTALL=ALL',
      `${at}Command Line: REINSTALL=ALL`,
      `${at}Doing action: InstallFiles`,
      'Action 10:15:04: InstallFiles. Copying new files',
      'Action start 10:15:04: InstallFiles.',
      `${at}File: C:\\tool.exe;\tOverwrite;\tWon't patch;\tExisting file is a lower version`,
      `${at}Executing op: FileCopy(SourceName=tool.exe,FileSize=7,)`,
      `${at}Note: 1: 1310 2: 5 3: C:\\tool.exe `,
      'Error 1310. The file C:\\tool.exe could not be made (system error 5).',
      `${at}Product: Northwind Tool -- Error 1310. The file C:\\tool.exe could not be made (system error 5).`,
      'Action ended 10:15:04: InstallFiles. Return value 3.',
      `${at}Executing op: Header(Signature=1397708873,Version=500,LangId=1033,ScriptType=2,ScriptAttributes=0)`,
      'Action 10:15:04: Rollback. Rolling back action:',
      'Rollback: Copying new files',
      `${at}Executing op: End(Checksum=0,ProgressTotalHDWord=0,ProgressTotalLDWord=0)`,
      'Property(S): ProductName = Northwind Tool',
      `${at}Note: 1: 1708 `,
      `${at}Product: Northwind Tool -- Installation operation failed.`,
      `${at}Windows Installer installed the product. Product Name: Northwind Tool. Product Version: 2.4.1. Product Language: 1033. Manufacturer: Northwind. Installation success or error status: 1603.`,
      `${at}MainEngineThread is returning 1603`,
      '=== Verbose logging stopped: 3/14/2025  10:15:04 ===',
    ]);
  });

  it('with a known phrase for every decision', async () => {
    const rules = ['missing', 'hash-equal', 'hash-different', 'modified-by-user', 'forced', 'not-installed'];
    const { lines } = await written('v', async (log) => {
      for (const rule of rules) {
        const change = rule === 'missing' ? 'install' : rule === 'forced' ? 'replace' : 'keep';
        await log.decision({ path: 'C:\\a', do: change, rule, packaged: {} });
      }
    });
    assert.deepEqual(
      lines.filter((line) => line.includes('File: ')).map((line) => line.slice(line.indexOf(';') + 2)),
      [
        "To be installed;\tWon't patch;\tNo existing file",
        "Won't Overwrite;\tWon't patch;\tExisting file is unversioned and unmodified - hash matches source file",
        "Won't Overwrite;\tWon't patch;\tExisting file is unversioned and unmodified - hash doesn't match source file",
        "Won't Overwrite;\tWon't patch;\tExisting file is unversioned but modified",
        "Overwrite;\tWon't patch;\tREINSTALLMODE specifies all files to be overwritten",
      ],
    );
  });

  it('with no more than the flags ask for', async () => {
    const everything = async (log: InstallLog) => {
      await log.begin({ product: 'c:\\tool.msi', commandLine: '' });
      await log.actionStart('InstallFiles');
      await log.message('info', 'an info');
      await log.message('warning', 'a warning');
      await log.message('extra', 'an extra');
      await log.record('InstallFiles', 'a record');
      await log.error(1301, ['C:\\a']);
      await log.properties(new Map([['A', 'b']]));
    };
    const bodies = async (flags: string) => (await written(flags, everything)).lines.slice(1, -1).join('\n');
    assert.match(await bodies('e'), /^Error 1301\. .*$/);
    assert.match(await bodies('w'), /^a warning$/);
    assert.match(await bodies('p'), /^Property\(S\): A = b$/);
    assert.match(await bodies('r'), /^InstallFiles: a record$/);
    assert.ok(!(await bodies('*v')).includes('an extra'));
    assert.ok((await bodies('x')).includes('an extra'));
    assert.equal((await written('e', everything)).lines[0]?.startsWith('=== Logging started: '), true);
  });

  it('and a line of a value is no line of the log', async () => {
    const { lines } = await written('*v', async (log) => {
      await log.property('A', 'x\r\nMainEngineThread is returning 0\r\ny');
    });
    assert.equal(lines.filter((line) => line.startsWith('MainEngineThread')).length, 0);
  });

  it('line by line with !, and a failed write fails the calls', async () => {
    const writes: number[] = [];
    const counting: ByteSink = { write: async (_, bytes) => void writes.push(bytes.length) };
    const log = openLog(counting, parseLogFlags('*v!'), clock);
    await log.actionStart('A');
    assert.equal(writes.length, 3);
    const full: ByteSink = { write: () => Promise.reject(new Error('full')) };
    const failing = openLog(full, parseLogFlags('*v!'), clock);
    await assert.rejects(failing.actionStart('A'), /full/);
    await assert.rejects(failing.end(0, 'install', product), /full/);
  });
});

describe('what is hidden stays hidden', () => {
  const secret = 's3cr3t.(value)+';

  it('in dumps, changes, the command line, operations, errors and messages', async () => {
    const hidden = [...hiddenNames('DBPASS; PIN ;;'), 'SetAccount'];
    const { lines } = await written(
      '*vx',
      async (log) => {
        await log.begin({ product: 'c:\\tool.msi', commandLine: `dbpass="${secret}" A=1 PIN=77` });
        await log.property('PIN', '77');
        await log.property('OTHER', `uses ${secret}`);
        await log.property('SetAccount', 'user;pw12');
        await log.operation(`RegAddValue(Name=x,Value=${secret})`);
        await log.customAction({
          id: 'SetAccount',
          type: 0x2c01,
          source: 'BinaryData',
          target: 'unknown words',
        });
        await log.customAction({ id: 'Plain', type: 0xc01, source: 'BinaryData', target: 'user;pw12' });
        await log.error(1406, ['Path', `HKLM\\${secret}`, '5']);
        await log.message('info', `${secret} and 77, not 777`);
        await log.record('WriteRegistryValues', secret);
        await log.properties(
          new Map([
            ['DBPASS', secret],
            ['PIN', '77'],
            ['SHOWN', '1'],
          ]),
        );
      },
      { hidden },
    );
    const text = lines.join('\n');
    assert.ok(!text.includes(secret) && !text.includes('pw12') && !text.includes('unknown words'));
    assert.match(text, /CommandLine: dbpass=\*{10} A=1 PIN=\*{10}$/m);
    assert.match(text, /^\*{10} and \*{10}, not 777$/m);
    assert.match(
      text,
      /^Property\(S\): DBPASS = \*{10}\nProperty\(S\): PIN = \*{10}\nProperty\(S\): SHOWN = 1$/m,
    );
    assert.match(text, /ActionType=11265,Source=BinaryData,Target=\*{10},\)/);
  });

  it('whatever the value is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 4, maxLength: 30 }), async (value) => {
        fc.pre(/^[^\s"*]+$/.test(value) && !'Command Line: SECRET=RunEngine'.includes(value));
        const { lines } = await written(
          'vpi',
          async (log) => {
            await log.property('SECRET', value);
            await log.message('info', `before${value}after`);
            await log.properties(new Map([['SECRET', value]]));
          },
          { hidden: ['SECRET'] },
        );
        assert.ok(lines.includes('before**********after'));
        assert.ok(lines.includes('Property(S): SECRET = **********'));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the catalogue of installer errors', () => {
  it('has a text for each, whose values it names', () => {
    assert.ok(installerErrorCodes.length >= 120);
    for (const code of installerErrorCodes) {
      const { text, subject, system } = installerError(code) ?? assert.fail(String(code));
      assert.match(text, /^[[A-Z].*\.$/, String(code));
      const wanted = wantedValues(text);
      for (const number of [subject, system]) {
        if (number !== undefined) assert.ok(wanted.includes(number), `${code}: [${number}]`);
      }
    }
  });

  it('fills in values, of the text that the package has where it has one', () => {
    assert.equal(formatInstallerError(1304, ['C:\\a']), 'The file C:\\a could not be written.');
    assert.equal(formatInstallerError(1304, ['C:\\a'], 'Fehler bei [2], [3].'), 'Fehler bei C:\\a, .');
    assert.equal(formatInstallerError(25_001, ['one', 'two']), 'one, two');
  });
});

describe('what was written is explained', () => {
  const failing = async (code: number, values: readonly string[], action: string) => {
    const { bytes } = await written('*v', async (log) => {
      await log.begin({ product: 'c:\\tool.msi', commandLine: 'REINSTALL=ALL REINSTALLMODE=vmeus' });
      await log.actionStart('INSTALL');
      await log.actionStart('InstallFinalize');
      await log.operation(
        operationText('ActionStart', [
          ['Name', action],
          ['', undefined],
        ]),
      );
      await log.error(code, values);
      await log.actionEnd('InstallFinalize', 'failure');
      await log.rollingBack(['Copying new files']);
      await log.actionEnd('INSTALL', 'failure');
      await log.properties(new Map([['ProductCode', '{8B9C0B2E-37F1-4F5F-8E0A-6C0B7D3E9A11}']]));
    });
    const { installations } = await explainFile(bytesSource(bytes));
    assert.equal(installations.length, 1);
    return installations[0] ?? assert.fail();
  };

  it('with every error of the catalogue as its cause', async () => {
    for (const code of installerErrorCodes.filter((one) => ![1702, 1703, 1709, 1715, 2318].includes(one))) {
      const values = ['C:\\a.dll', 'C:\\b.dll', 'c', 'd', 'e'];
      const { system } = installerError(code) ?? {};
      if (system !== undefined) values[system - 2] = '6';
      const { cause, exitCode, product: about, writer } = await failing(code, values, 'InstallFiles');
      assert.deepEqual(
        [cause?.error?.code, cause?.code, cause?.action, exitCode, about.name, writer],
        [code, installerError(code)?.cause, 'InstallFiles', 1603, 'Northwind Tool', 'holdfast'],
        String(code),
      );
      if (system !== undefined) assert.equal(cause?.win32?.code, 6, String(code));
    }
  });

  it('the failure that everything began with: 1933 and 21 is a protection that was not ready', async () => {
    const installation = await failing(1933, ['21', 'C:\\WINDOWS\\system32\\msvcp60.dll'], 'InstallFiles');
    assert.deepEqual(explanationLines(installation), [
      'Northwind Tool 2.4.1: a repair was asked for (REINSTALL=ALL REINSTALLMODE=vmeus).',
      'It failed, exit code 1603: a fatal error ended it.',
      'Why: InstallFiles failed with error 1933: Protected files could not be updated (SFP error 21): C:\\WINDOWS\\system32\\msvcp60.dll. Windows said 21, ERROR_NOT_READY: it is not ready. (line 15)',
      'After it: rolled back: Copying new files; no restart is wanted.',
      'Do: Windows File Protection was still starting, as it is soon after a boot (KB829810): wait until the machine is idle, or restart it, and run the same command again.',
    ]);
  });

  it('also where it was not verbose, or of errors alone', async () => {
    const outcomes: unknown[] = [];
    for (const flags of ['', 'e']) {
      const { bytes } = await written(flags, async (log) => {
        await log.begin({ product: 'c:\\tool.msi', commandLine: '' });
        for (const action of ['INSTALL', 'InstallFinalize']) await log.actionStart(action);
        await log.error(1310, ['5', 'C:\\tool.exe']);
        for (const action of ['InstallFinalize', 'INSTALL']) await log.actionEnd(action, 'failure');
      });
      const { installations } = await explainFile(bytesSource(bytes));
      const { outcome, cause } = installations[0] ?? assert.fail();
      outcomes.push([outcome, cause?.code, cause?.subject, cause?.win32?.code, cause?.action]);
    }
    assert.deepEqual(outcomes, [
      ['failed', 'file-access', 'C:\\tool.exe', 5, 'InstallFinalize'],
      ['unfinished', 'file-access', 'C:\\tool.exe', 5, undefined],
    ]);
  });

  it('a restart that is wanted, with its reason', async () => {
    const sink = bytesSink();
    const log = openLog(sink, parseLogFlags('*v'), clock);
    await log.begin({ product: 'c:\\tool.msi', commandLine: '' });
    await log.restart('later', 1);
    await log.end(3010, 'install', product);
    const { installations } = await explainFile(bytesSource(sink.bytes()));
    assert.deepEqual(installations[0]?.restart, {
      wanted: 'later',
      reason: 'files were in use',
      pendingBefore: false,
    });
  });
});
