/** The contract of starters over real units: for the run inside a container whose systemd reads them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type StarterDamage, startersContract } from '@holdfast/ports/suites';
import { linuxStarters } from '../src/linux/starters.ts';
import { realClock } from '../src/shared/clock.ts';

const packaged = '/usr/lib/systemd/system';
const administrator = '/etc/systemd/system';
const service = 'holdfast-tried.service';
const timer = 'holdfast-tried-again.timer';
const timed = 'holdfast-tried-again.service';
const program = fileURLToPath(new URL('starters-service.ts', import.meta.url));

const texts: Readonly<Record<string, string>> = {
  [service]: `[Unit]
StartLimitIntervalSec=0
[Service]
Type=notify
NotifyAccess=main
ExecStart=${process.execPath} ${program}
Environment=NODE_NO_WARNINGS=1
WatchdogSec=4
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
`,
  [timer]: '[Timer]\nOnBootSec=1d\n[Install]\nWantedBy=timers.target\n',
  [timed]: '[Service]\nType=oneshot\nExecStart=/bin/true\n',
};

const systemctl = (...words: string[]) => execFileSync('systemctl', words, { encoding: 'utf8' }).trim();
const shown = (unit: string, name: string) => systemctl('show', '--value', `--property=${name}`, unit);

const starters = linuxStarters({
  texts,
  units: { service: [service], second: [timer, timed] },
});

function damage(what: string, unit: string, act: () => void): StarterDamage {
  return {
    what: `${unit}: ${what}`,
    starter: unit === service ? 'service' : 'second',
    act: async () => act(),
  };
}

/** A drop-in of `systemctl edit`. */
function edit(unit: string, text: string): void {
  mkdirSync(`${administrator}/${unit}.d`, { recursive: true });
  writeFileSync(`${administrator}/${unit}.d/override.conf`, text);
  systemctl('daemon-reload');
}

/** What becomes of any unit of ours. */
const damagesOf = (unit: string): StarterDamage[] => [
  damage('masked', unit, () => systemctl('mask', unit)),
  damage('masked until the next start', unit, () => systemctl('mask', '--runtime', unit)),
  damage('file deleted', unit, () => rmSync(`${packaged}/${unit}`)),
  damage('file deleted and systemd reloaded', unit, () => {
    rmSync(`${packaged}/${unit}`);
    systemctl('daemon-reload');
  }),
  damage('file cut off', unit, () => writeFileSync(`${packaged}/${unit}`, texts[unit]?.slice(0, 40) ?? '')),
  damage('file emptied and systemd reloaded', unit, () => {
    writeFileSync(`${packaged}/${unit}`, '');
    systemctl('daemon-reload');
  }),
  damage('a folder in place of its file', unit, () => {
    rmSync(`${packaged}/${unit}`);
    mkdirSync(`${packaged}/${unit}`);
  }),
  damage('another file before it', unit, () => {
    writeFileSync(`${administrator}/${unit}`, `${texts[unit]}\n# changed\n`);
    systemctl('daemon-reload');
  }),
];

const damages = [
  ...damagesOf(service),
  ...damagesOf(timer).slice(0, 3),
  ...damagesOf(timed).slice(2, 3),
  damage('disabled', service, () => systemctl('disable', service)),
  damage('disabled', timer, () => systemctl('disable', timer)),
  damage('a drop-in with another command', service, () =>
    edit(service, '[Service]\nExecStart=\nExecStart=/bin/false\n'),
  ),
  damage('a drop-in with a condition', service, () =>
    edit(service, '[Unit]\nConditionPathExists=/nowhere\n'),
  ),
  damage('a drop-in with another unit', timer, () => edit(timer, '[Timer]\nUnit=other.service\n')),
];

async function cleanup(): Promise<void> {
  for (const name of ['service', 'second'] as const) await starters.remove(name);
  for (const folder of [packaged, administrator]) {
    for (const name of readdirSync(folder)) {
      if (name.startsWith('holdfast-tried')) rmSync(`${folder}/${name}`, { recursive: true });
    }
  }
  systemctl('daemon-reload');
}

async function untilItAnswers(wanted: boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while ((await starters.answers()) !== wanted && performance.now() < end);
}

startersContract(async () => ({
  starters,
  clock: realClock(),
  damages,
  process: async () => shown(service, 'MainPID'),
  async deafen() {
    process.kill(Number(shown(service, 'MainPID')), 'SIGSTOP');
    await untilItAnswers(false);
    // By then it is ended by systemd, and started again.
    return () => untilItAnswers(true);
  },
  cleanup,
}));

test('systemd hears the status of the service, as one line', async () => {
  await starters.define('service');
  await starters.start('service');
  assert.equal(shown(service, 'StatusText'), 'patience 4000 ms READY=0');
  await cleanup();
});

test("an administrator's limits are left as they are", async () => {
  await starters.define('service');
  edit(service, '[Service]\nMemoryMax=1G\nEnvironment=HTTPS_PROXY=http://proxy.example\n');
  assert.equal((await starters.look('service')).asDefined, true);
  await starters.define('service');
  assert.match(readFileSync(`${administrator}/${service}.d/override.conf`, 'utf8'), /MemoryMax/);
  await cleanup();
});

test('what stood in the way is kept beside its place', async () => {
  await starters.define('service');
  edit(service, '[Service]\nExecStart=\nExecStart=/bin/false\n');
  await starters.define('service');
  assert.deepEqual(readdirSync(`${administrator}/${service}.d`), ['override.conf.replaced-by-holdfast']);
  await cleanup();
});
