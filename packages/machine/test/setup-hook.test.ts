/** What goes on with a set-up after a restart: units under systemd, a task on Windows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { hookTexts, linuxSetupHook } from '../src/linux/setup-hook.ts';
import { hookScript } from '../src/windows/setup-hook.ts';

const words = ['--go-on', '--folder=/var/lib/a "b" $HOME 100%\\'];

test('it is set at one stroke, set again without harm, and leaves nothing when it is cleared', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const asked: string[] = [];
  const ask = async (program: string, given: readonly string[]) => {
    asked.push([program, ...given].join(' '));
    return { code: 0, output: '', error: '' };
  };
  const folders = { packaged: [folder], before: [folder] } as const;
  const hook = linuxSetupHook({
    program: '/setup/bin/holdfast-setup',
    words,
    folders,
    ask,
    invocation: 'b2',
  });
  await hook.clear();
  assert.equal(asked.length, 0);
  await hook.set();
  await hook.set();
  assert.deepEqual(readdirSync(folder).sort(), ['holdfast-setup.service', 'holdfast-setup.timer']);
  assert.ok(asked.includes('systemctl enable --now -- holdfast-setup.timer'));
  await hook.clear();
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(asked.slice(-2), [
    'systemctl daemon-reload',
    'systemctl reset-failed -- holdfast-setup.service',
  ]);
  assert.ok(asked.includes('systemctl stop -- holdfast-setup.service'));
});

test('cleared by the set-up that it has started it does not stop that one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const asked: string[] = [];
  const ask = async (_program: string, given: readonly string[]) => {
    asked.push(given.join(' '));
    return { code: 0, output: given[0] === 'show' ? 'a1\n' : '', error: '' };
  };
  const folders = { packaged: [folder], before: [folder] } as const;
  const hook = linuxSetupHook({ program: '/bin/true', words, folders, ask, invocation: 'a1' });
  await hook.set();
  await hook.clear();
  assert.deepEqual(readdirSync(folder), []);
  assert.ok(!asked.some((line) => line.startsWith('stop')), asked.join('\n'));
});

const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path));

test('systemd takes the units as they are, and the words as they were', {
  skip: !analyze && 'systemd-analyze is missing',
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(folder, { recursive: true });
  for (const [unit, text] of hookTexts({ program: '/bin/true', words }))
    writeFileSync(join(folder, unit), text);
  for (const unit of ['holdfast-setup.service', 'holdfast-setup.timer']) {
    const path = join(folder, unit);
    execFileSync(analyze ?? '', ['verify', '--recursive-errors=no', path], { stdio: 'pipe' });
  }
  const line = readFileSync(join(folder, 'holdfast-setup.service'), 'utf8').match(/^ExecStart=(.*)$/m)?.[1];
  assert.equal(line, String.raw`"/bin/true" "--go-on" "--folder=/var/lib/a \"b\" $$HOME 100%%\\"`);
});

const windowsPlaces = {
  script: 'C:\\s\\setup\\go-on.cmd',
  copy: 'C:\\s\\setup\\program',
  last: 'C:\\s\\setup\\last.json',
};

test('the script of Windows quotes its words, and refuses those that cmd would read as something else', () => {
  const words = ['--go-on', '--root=C:\\'];
  const [, line = '', mark] = hookScript({ program: 'C:\\a b\\setup.cmd', words, ...windowsPlaces }).split(
    '\r\n',
  );
  assert.ok(line.startsWith(String.raw`call "C:\a b\setup.cmd" "--go-on" "--root=C:\\"`), line);
  assert.equal(mark, String.raw`if exist "C:\s\setup\go-on" exit /b 0`);
  for (const word of ['a"b', '%PATH%', 'a\nb']) {
    assert.throws(
      () => hookScript({ program: 'x', words: [word], ...windowsPlaces }),
      (thrown) => isHoldfastError(thrown, 'command.invalid'),
    );
  }
});
