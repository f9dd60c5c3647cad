/** The second starter on Windows, from its shell on: what it heals, what it reports, and how it bounds itself. Wine with Windows Node. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import {
  toWindows,
  type WineExit,
  windowsRuntime,
  wineAvailable,
} from '../../packages/machine/wine/index.ts';
import { awaitStatus, statusMessages } from '../support/deploy.ts';
import { onlyInFull } from '../support/needs.ts';
import { installFolder, useWindowsMachine } from '../support/windows-machine.ts';

const skip = wineAvailable() ?? onlyInFull();
const machine = useWindowsMachine(skip);
/** Status of a client that was brought back. */
const rescued = 30046;
const log = 'rescue/holdfast-rescue.log';
const backOff = 'rescue/reinstall.backoff';
const kept = 'package/client.msi';
/** Seconds, in place of a quarter and a whole minute; a start of the runtime under Wine takes two. */
const short = { HOLDFAST_RESCUE_PATIENCE: '2', HOLDFAST_RESCUE_LIMIT: '15' };
/** Folder with a stand-in for certutil, which Wine has as an empty shell. */
const tools = () => join(machine.folder, 'tools');

async function rescue(
  words: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<WineExit> {
  const line = ['/c', `${installFolder}\\bin\\holdfast-rescue.cmd`, ...words];
  const all = { ...short, WINEPATH: toWindows(tools()), ...environment };
  return await machine.prefix.run('cmd', line, { environment: all, timeoutMs: 240_000 });
}

const said = () => (existsSync(machine.state(log)) ? readFileSync(machine.state(log), 'utf8') : '');
const newest = async () => (await statusMessages(machine.running.api)).at(-1)?.id ?? 0;
const sc = (...words: readonly string[]) => machine.prefix.run('sc', words);

/** The one who came back says what was done for it. */
async function toldSince(after: number): Promise<string> {
  const { site, api } = machine.running;
  return (await awaitStatus(site, api, rescued, { after })).text;
}

async function healed(done: RegExp, after: number): Promise<void> {
  const { code, output } = await rescue();
  assert.equal(code, 0, output);
  await machine.awaitService('RUNNING');
  assert.match(await toldSince(after), done);
}

describe('the second starter on Windows', { skip }, () => {
  before(async () => {
    const { node } = await windowsRuntime();
    mkdirSync(tools());
    const hash = "console.log(require('crypto').hash('sha256', require('fs').readFileSync(process.argv[1])))";
    const lines = ['@echo off', 'echo SHA256 hash of %2:', `"${toWindows(node)}" --eval "${hash}" %2`, ''];
    writeFileSync(join(tools(), 'certutil.cmd'), lines.join('\r\n'));
    const { code, output } = await machine.setUp();
    assert.equal(code, 0, output);
  });

  it('changes nothing about a client that is well', async () => {
    const { code, output } = await rescue(['run', '--json']);
    assert.equal(code, 0, output);
    assert.equal(JSON.parse(output).decision.kind, 'well', output);
    machine.assertWhole();
    assert.equal(said(), '');
  });

  it('defines a service anew that was deleted, and tells the site', async () => {
    const after = await newest();
    await sc('stop', 'HoldfastClient');
    await sc('delete', 'HoldfastClient');
    await healed(/restored the definition/, after);
  });

  it('defines a service anew that is disabled and runs something else', async () => {
    const after = await newest();
    await sc('stop', 'HoldfastClient');
    await sc('delete', 'HoldfastClient');
    const something = ['binPath=', 'C:\\windows\\system32\\ping.exe', 'start=', 'disabled'];
    assert.equal((await sc('create', 'HoldfastClient', ...something)).code, 0);
    await healed(/restored the definition/, after);
  });

  it('starts a service that was stopped', async () => {
    const after = await newest();
    await sc('stop', 'HoldfastClient');
    await machine.awaitService('STOPPED');
    await healed(/started the client/, after);
  });

  it('does not install a package that is not the one that was kept, and tries less and less often', async () => {
    await sc('stop', 'HoldfastClient');
    await machine.awaitService('STOPPED');
    rmSync(machine.client('runtime/node.exe'));
    const whole = readFileSync(machine.state(kept));
    truncateSync(machine.state(kept), whole.length - 1);
    assert.equal((await rescue()).code, 1);
    assert.match(said(), /no whole package is kept/);
    assert.equal(readFileSync(machine.state(backOff), 'utf8').trim(), '1 1');
    writeFileSync(machine.state(kept), whole);
    assert.equal((await rescue()).code, 1);
    assert.match(said(), /tried again after 1 more runs/);
    assert.equal(readFileSync(machine.state(backOff), 'utf8').trim(), '1 0');
  });

  it('has the kept package installed where the runtime is gone, and the client is back', async () => {
    const after = await newest();
    await healed(/installed the client anew/, after);
    assert.match(said(), /the runtime works again/);
    assert.ok(!existsSync(machine.state(backOff)), 'the back-off is still there');
    machine.assertWhole();
    assert.equal((await machine.clients()).length, 1);
  });

  it('ends a program of its own that hangs, and has the kept package installed', async () => {
    writeFileSync(machine.client('launcher/rescue.mjs'), 'setInterval(() => {}, 1000);\n');
    const { code, output } = await rescue();
    assert.equal(code, 0, output);
    assert.match(said(), /the runtime hangs: it is ended/);
    const { output: running } = await machine.prefix.run('tasklist', []);
    assert.doesNotMatch(running, /holdfast-probe/);
    machine.assertWhole();
  });

  it('one works at a time', async () => {
    mkdirSync(machine.state('rescue'), { recursive: true });
    // The log is what it locks, and what a script calls holds it as the second starter's own does. Its word comes at once.
    const log = 'C:\\ProgramData\\Holdfast\\rescue\\holdfast-rescue.log';
    const script = [
      '@echo off',
      `call :hold 2>>"${log}"`,
      'exit /b',
      ':hold',
      'echo held',
      'ping -n 60 127.0.0.1 >nul',
    ];
    writeFileSync(machine.prefix.toLinux('C:\\hold.cmd'), script.join('\r\n'));
    const holder = machine.prefix.start('cmd', ['/c', 'C:\\hold.cmd'], { timeoutMs: 90_000 });
    try {
      while (!(await holder.output()).includes('held')) await machine.serviceState();
      const { code, output } = await rescue();
      assert.equal(code, 0);
      assert.match(output, /another one is at work/);
    } finally {
      holder.kill();
      await holder.exit;
    }
  });

  it('collects a bundle without anything secret in it', async () => {
    const { code, output } = await rescue(['bundle']);
    assert.equal(code, 0, output);
    assert.ok(!output.includes(machine.running.token) && !output.includes('PRIVATE KEY'));
    assert.equal(JSON.parse(output).starters.service.active, true);
  });
});
