/** Linux machines that become clients of one site by the line that its console shows. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSummary, Page, SetupSummary } from '@holdfast/contract';
import { type BootedLinux, bootLinux } from '../support/booted.ts';
import type { LostSite } from '../support/lost-site.ts';

export type LinuxMachine = { readonly name: string; readonly linux: BootedLinux };

export const install = '/opt/holdfast-client';
export const state = '/var/lib/holdfast-client';
export const setupLog = `${state}/setup/setup.log`;
export const clientUnit = 'holdfast-client.service';
/** Where an administrator's own units lie. */
export const ownUnits = '/etc/systemd/system';
/** A .tar.gz puts nothing on the path. */
export const client = `${install}/bin/holdfast-client`;

/** Milliseconds in which what is waited for must have come by itself; a healthy machine takes a tenth. */
const patienceMs = 240_000;

/** The set-up's hook looks within seconds, as an administrator may say; its own pace is minutes. */
const soon = `[Timer]
OnBootSec=
OnBootSec=3
OnActiveSec=5
OnUnitInactiveSec=5
RandomizedDelaySec=0
AccuracySec=1
`;

export type LinuxMachineOptions = {
  /** Whether it has package managers. */
  readonly dpkg?: boolean;
  /** Whether the set-up goes on at its own pace. */
  readonly ownPace?: boolean;
};

let machines = 0;

/** A new machine, on which `sudo` asks nobody. @param folder of the suite */
export async function newLinuxMachine(
  folder: string,
  { dpkg = true, ownPace = false }: LinuxMachineOptions = {},
): Promise<LinuxMachine> {
  machines += 1;
  const name = `hf-life-${machines}-${process.pid}`;
  const place = join(folder, name);
  mkdirSync(place);
  const linux = await bootLinux(place, name);
  await linux.ask('ln', '-sf', '/usr/bin/env', '/usr/bin/sudo');
  if (!dpkg) await linux.ask('rm', '-f', '/usr/bin/dpkg', '/usr/bin/dpkg-query', '/usr/bin/rpm');
  if (!ownPace) {
    const dropIn = `${ownUnits}/holdfast-setup.timer.d`;
    await linux.ask('sh', '-c', `mkdir -p ${dropIn} && printf '%s' '${soon}' >${dropIn}/soon.conf`);
  }
  return { name, linux };
}

/** Types the line of the site, and reads along until it ends. */
export async function typeLine(
  { linux }: LinuxMachine,
  life: LostSite,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const child = linux.start('sh', '-c', `cd /root && ${await life.line()}`);
  if (child.stderr === null) throw new TypeError('it has a pipe');
  for await (const line of createInterface({ input: child.stderr })) onLine(line);
}

export const setupsOf = async ({ name }: LinuxMachine, { site }: LostSite) =>
  (await site.api.get<Page<SetupSummary>>(`/setups?search=${name}`)).items;
export const clientsOf = async ({ name }: LinuxMachine, { site }: LostSite) =>
  (await site.api.get<Page<ClientSummary>>(`/clients?search=${name}`)).items;

/** Looks until it is so; says what the machine wrote down where it never is. */
export async function until(
  what: string,
  { linux }: LinuxMachine,
  so: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await so().catch(() => false))) {
    if (Date.now() > end) {
      const log = await linux.run('cat', setupLog);
      const journal = await linux.run('journalctl', '--no-pager', '-n', '60');
      assert.fail(`${what} did not come:\n${log.output}\n${journal.output}`);
    }
    await sleep(250);
  }
}

/** What systemd has of the client's service. */
export const shown = async ({ linux }: LinuxMachine, property: string) =>
  (await linux.ask('systemctl', 'show', '--value', `--property=${property}`, clientUnit)).trim();

export async function clientIdOf({ linux }: LinuxMachine): Promise<string> {
  const status = JSON.parse(await linux.ask(client, 'status', '--json')) as { clientId: string };
  return status.clientId;
}

/** It works, and is whole in the eyes of its own verification and of the package manager. */
export async function assertWhole(
  machine: LinuxMachine,
  { dpkg = true }: LinuxMachineOptions = {},
): Promise<void> {
  const { linux } = machine;
  await until('the work', machine, async () => (await shown(machine, 'StatusText')) === 'works');
  const { output } = await linux.run(client, 'verify', '--json');
  assert.equal((JSON.parse(output) as { whole: boolean }).whole, true, output);
  if (dpkg) assert.equal(await linux.ask('dpkg', '--verify', 'holdfast-client'), '');
  for (const starter of ['service', 'second']) {
    const { code, output } = await linux.run(client, 'starters', 'look', starter, '--json');
    assert.equal(code, 0, output);
  }
}
