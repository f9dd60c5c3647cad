/** The client of the .deb as a service of a real systemd: at the boot, when it is enrolled, when it hangs, when it is killed. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BootedLinux, bootingMissing, bootLinux } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { builtRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const folder = temporaryFolder();
const unit = 'holdfast-client.service';
const state = '/var/lib/holdfast-client';

let linux: BootedLinux;
let site: TestSite;

const shown = async (property: string) =>
  (await linux.ask('systemctl', 'show', '--value', `--property=${property}`, unit)).trim();
const pulse = () =>
  JSON.parse(readFileSync(linux.pathOf(`${state}/pulse`), 'utf8')) as { bootId: string; pid: number };

/** Looks until it is so, for a minute at most. */
async function until(what: string, so: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await so())) {
    if (Date.now() > end) {
      const { output } = await linux.run('journalctl', '--no-pager', '-n', '30', '-u', unit);
      assert.fail(`${what} did not come: ${await shown('StatusText')}\n${output}`);
    }
    await sleep(250);
  }
}

const isActive = async () => (await shown('ActiveState')) === 'active';

describe('the client as a service of systemd', { skip: bootingMissing() }, () => {
  before(async () => {
    const { path } = (await builtRelease()).find('deb', 'linux');
    site = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 60 });
    linux = await bootLinux(folder.path, `hf-service-${process.pid}`);
    copyFileSync(path, linux.pathOf('/root/client.deb'));
    await linux.ask('dpkg', '--install', '/root/client.deb');
  });
  after(async () => {
    await linux?.stop();
    await site?.site.close();
    folder.remove();
  });

  it('is ready without an enrolment, waits for it, and works once it has come', async () => {
    await until('the service', isActive);
    assert.match(await shown('StatusText'), /^waits: /);
    const process = await shown('MainPID');
    const { managementPointUrl } = site.site;
    await linux.ask('holdfast-client', 'enrol', '--site', managementPointUrl, '--token', site.token);
    await until('the work', async () => (await shown('StatusText')) === 'works');
    assert.equal(await shown('MainPID'), process, 'it was started again');
    assert.equal(String(pulse().pid), process);
  });

  it('comes up with the machine, with a pulse of the new boot', async () => {
    const { bootId } = pulse();
    await linux.reboot();
    await until('the work', async () => (await shown('StatusText')) === 'works');
    await until('the pulse', async () => pulse().bootId !== bootId);
    assert.equal(await shown('NRestarts'), '0');
  });

  it('is started again when it is killed', async () => {
    const process = await shown('MainPID');
    await linux.ask('systemctl', 'kill', '--kill-whom=main', '--signal=SIGKILL', unit);
    await until('another process', async () => !['0', process].includes(await shown('MainPID')));
    await until('the work', isActive);
  });

  it('is started again when its loop hangs', async () => {
    // What an administrator may do: a shorter patience.
    await linux.ask(
      'sh',
      '-c',
      `mkdir -p /etc/systemd/system/${unit}.d && printf '[Service]\\nWatchdogSec=6\\n' >/etc/systemd/system/${unit}.d/patience.conf && systemctl daemon-reload && systemctl restart ${unit}`,
    );
    await until('the work', async () => (await shown('StatusText')) === 'works');
    assert.equal(
      (await linux.ask('holdfast-client', 'starters', 'look', 'service', '--json')).includes(
        '"asDefined": true',
      ),
      true,
    );
    const before = await shown('MainPID');
    await sleep(8_000);
    assert.equal(await shown('MainPID'), before, 'it gives its signs of life in time');
    await hang(before);
    await until('another process', async () => !['0', before].includes(await shown('MainPID')));
    await until('the work', async () => (await shown('StatusText')) === 'works');
    const { output } = await linux.run('journalctl', '--no-pager', '-u', unit);
    assert.match(output, /[Ww]atchdog timeout/);
  });

  it('stops cleanly when it is asked to, and says so', async () => {
    await linux.ask('systemctl', 'stop', unit);
    assert.equal(await shown('Result'), 'success');
    assert.equal(await shown('ExecMainStatus'), '0');
  });
});

/** Lets the main loop of the real program run for ever, by the debugger that Node opens on SIGUSR1; the network is ours, too. */
async function hang(pid: string): Promise<void> {
  await linux.ask('kill', '-USR1', pid);
  let address: string | undefined;
  for (let tries = 0; address === undefined && tries < 40; tries += 1) {
    await sleep(100);
    const listed = await fetch('http://127.0.0.1:9229/json/list').catch(() => undefined);
    const [target] = ((await listed?.json()) ?? []) as { webSocketDebuggerUrl: string }[];
    address = target?.webSocketDebuggerUrl;
  }
  assert.ok(address, 'no debugger came');
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } }));
  socket.addEventListener('error', () => undefined);
}
