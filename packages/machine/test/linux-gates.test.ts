/** What readiness gates look at on Linux: power, links and sessions over files as the kernel writes them, and this machine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { linksContract, powerContract, sessionsContract } from '@holdfast/ports/suites';
import { linuxMachine } from '../src/linux/index.ts';
import { linuxLinks } from '../src/linux/links.ts';
import { linuxPower } from '../src/linux/power.ts';
import { linuxSessions } from '../src/linux/sessions.ts';
import { systemdRuns } from '../src/linux/systemd.ts';
import { loginsIn } from '../src/linux/utmp.ts';
import { accountName, viewedBy } from '../src/linux/viewers.ts';
import { realClock } from '../src/shared/clock.ts';
import { temporaryFolder } from './temporary.ts';

const clock = realClock();

/** Writes a folder of one-line files, as sysfs has them. */
async function lay(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text}\n`);
}

powerContract(async () => {
  const { path, cleanup } = await temporaryFolder();
  const battery = join(path, 'BAT0');
  return {
    power: linuxPower({ folder: path }),
    clock,
    async supply({ mains, battery: left }) {
      await lay(join(path, 'AC'), { type: 'Mains', online: mains ? '1' : '0' });
      if (left === null) await rm(battery, { recursive: true, force: true });
      else {
        const status = mains ? 'Charging' : 'Discharging';
        await lay(battery, { type: 'Battery', status, capacity: String(left), present: '1' });
      }
    },
    cleanup,
  };
});

test('the battery of a mouse, and a socket without a plug, say nothing of the machine', async (context) => {
  const { path, cleanup } = await temporaryFolder();
  context.after(cleanup);
  await lay(join(path, 'hidpp_battery_0'), {
    type: 'Battery',
    scope: 'Device',
    status: 'Discharging',
    capacity: '5',
  });
  await lay(join(path, 'ucsi-source-psy-1'), { type: 'USB', online: '0' });
  const power = linuxPower({ folder: path });
  assert.deepEqual(await power.state(), { mains: true, battery: null });
  await lay(join(path, 'BAT0'), { type: 'Battery', status: 'Not charging', capacity: '80' });
  await lay(join(path, 'BAT1'), { type: 'Battery', status: 'Full', capacity: '99' });
  assert.deepEqual(await power.state(), { mains: true, battery: 90 });
  await lay(join(path, 'BAT1'), { status: 'Discharging' });
  assert.deepEqual(await power.state(), { mains: false, battery: 90 });
});

const routesHead = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const defaultBy = (name: string) => `${name}\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n`;
const subnetBy = (name: string) => `${name}\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n`;
/** As every Linux has it: what leads nowhere is refused. */
const refusing6 = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo\n`;
const default6By = (name: string) =>
  `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80${'0'.repeat(27)}1 00000064 00000001 00000000 00000003   ${name}\n`;

linksContract(async () => {
  const { path, cleanup } = await temporaryFolder();
  const [interfaces, routes] = [join(path, 'net'), join(path, 'proc')];
  return {
    links: linuxLinks({ interfaces, routes }),
    clock,
    async connect({ up, metered }) {
      const name = metered ? 'wwan0' : 'eth0';
      await rm(interfaces, { recursive: true, force: true });
      await lay(join(interfaces, 'lo'), { operstate: 'unknown' });
      const uevent = metered ? `DEVTYPE=wwan\nINTERFACE=${name}` : `INTERFACE=${name}`;
      await lay(join(interfaces, name), { operstate: up ? 'up' : 'down', uevent });
      await lay(routes, { route: `${routesHead}${up ? defaultBy(name) : ''}`, ipv6_route: refusing6 });
    },
    cleanup,
  };
});

test('a network without a way out is one; a bridge of the machine itself is none', async (context) => {
  const { path, cleanup } = await temporaryFolder();
  context.after(cleanup);
  const links = linuxLinks({ interfaces: path, routes: path });
  await lay(path, { route: `${routesHead}${subnetBy('docker0')}` });
  await lay(join(path, 'docker0'), { operstate: 'up', uevent: 'DEVTYPE=bridge' });
  assert.equal((await links.state()).up, false);
  await lay(join(path, 'eth0'), { operstate: 'up' });
  await lay(join(path, 'eth0', 'device'), { vendor: '0x1af4' });
  assert.deepEqual(await links.state(), { up: true, metered: false });
  await lay(join(path, 'eth0'), { operstate: 'lowerlayerdown' });
  assert.equal((await links.state()).up, false);
  // A tunnel cannot tell its state; the route over IPv6 alone is one as well.
  await lay(join(path, 'tun0'), { operstate: 'unknown' });
  await lay(path, { ipv6_route: `${default6By('tun0')}${refusing6}` });
  assert.equal((await links.state()).up, true);
});

/** One record of utmp(5). */
function login(fields: { pid: number; line: string; user: string; host: string; type?: number }): Buffer {
  const record = Buffer.alloc(384);
  record.writeInt16LE(fields.type ?? 7);
  record.writeInt32LE(fields.pid, 4);
  record.write(fields.line, 8);
  record.write(fields.user, 44);
  record.write(fields.host, 76);
  return record;
}

sessionsContract(async () => {
  const { path, cleanup } = await temporaryFolder();
  const utmp = join(path, 'utmp');
  const onScreen = login({ pid: process.pid, line: 'tty1', user: 'local', host: '' });
  const leftBehind = login({ pid: 2 ** 30, line: 'pts/9', user: 'gone', host: '192.0.2.8' });
  await writeFile(utmp, Buffer.concat([onScreen, leftBehind]));
  return {
    sessions: linuxSessions({ logind: false, utmp, connections: path }),
    clock,
    async arrive() {
      const own = login({ pid: process.pid, line: 'pts/0', user: 'ada', host: '192.0.2.7' });
      await writeFile(utmp, Buffer.concat([onScreen, leftBehind, own]));
      return {
        session: { kind: 'ssh', user: 'ada' },
        leave: () => writeFile(utmp, Buffer.concat([onScreen, leftBehind])),
      };
    },
    cleanup,
  };
});

test('a login that a machine without power has left behind is none, nor is one at a screen', async (context) => {
  const { path, cleanup } = await temporaryFolder();
  context.after(cleanup);
  const utmp = join(path, 'utmp');
  const records = [
    login({ pid: 2 ** 30, line: 'pts/9', user: 'gone', host: '192.0.2.8' }),
    login({ pid: process.pid, line: 'tty1', user: 'local', host: '' }),
    login({ pid: process.pid, line: 'pts/1', user: 'window', host: ':0' }),
    login({ pid: process.pid, line: 'pts/2', user: 'ada', host: 'tmux(812).%0' }),
  ];
  await writeFile(utmp, Buffer.concat(records));
  assert.deepEqual(await linuxSessions({ logind: false, utmp, connections: path }).remote(), []);
});

test('logins are read as who(1) reads them', {
  skip: platform() === 'linux' ? false : 'utmp of Linux only',
}, async (context) => {
  const { path, cleanup } = await temporaryFolder();
  context.after(cleanup);
  const utmp = Buffer.concat([
    login({ pid: 1, line: '~', user: 'reboot', host: '6.1.0-18-amd64', type: 2 }),
    login({ pid: process.pid, line: 'pts/0', user: 'ada', host: '192.0.2.7' }),
    login({
      pid: process.pid,
      line: 'pts/1',
      user: 'a-user-with-a-name-of-32-letters',
      host: 'host.example',
    }),
    login({ pid: process.pid, line: 'tty2', user: 'left', host: '', type: 8 }),
  ]);
  await writeFile(join(path, 'utmp'), utmp);
  const who = execFileSync('who', [join(path, 'utmp')], { encoding: 'utf8', env: { LC_ALL: 'C' } });
  const seen = [...who.matchAll(/^(\S+)\s+(\S+).*\((.*)\)$/gm)].map(([, ...words]) => words);
  assert.deepEqual(
    loginsIn(utmp).map(({ user, line, host }) => [user, line, host]),
    seen,
  );
  assert.equal(seen.length, 2);
});

test('viewers of a screen are told by the account of its server, and only while they are connected', () => {
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const line = (local: string, state: string, uid: number) =>
    `   0: ${local} 0700000A:C350 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1 0 20 0 0 10 -1`;
  const table = [
    head,
    line('00000000:170C', '0A', 1000),
    line('0100007F:170C', '01', 1000),
    line('0100007F:1770', '01', 1001),
    line(`${'0'.repeat(32)}:170D`, '01', 1002),
    line('0100007F:170C', '06', 1000),
  ].join('\n');
  assert.deepEqual(viewedBy(table), [1000, 1002]);
  const passwd = 'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n';
  assert.equal(accountName(passwd, 1000), 'ada');
  assert.equal(accountName(passwd, 1002), '1002');
});

test('this machine answers whatever gates ask of it', {
  skip: platform() === 'linux' ? false : 'Linux only',
}, async (context) => {
  const machine = linuxMachine();
  context.after(() => machine.close());
  const { power, links, sessions, services, boot } = machine;
  assert.ok(power && links && sessions);
  assert.equal(services !== undefined, systemdRuns());
  assert.equal(boot.settled !== undefined, systemdRuns());
  assert.equal(typeof (await power.state()).mains, 'boolean');
  assert.equal(typeof (await links.state()).up, 'boolean');
  assert.ok(Array.isArray(await sessions.remote()));
});
