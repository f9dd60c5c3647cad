/** The machine as started: boot id, os-release(5), machine-id(5). */
import { createHash } from 'node:crypto';
import { arch, hostname, platform, release, uptime } from 'node:os';
import type { Boot, OperatingSystem, Readiness } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { currentBootId } from './process-table.ts';
import { systemdRuns } from './systemd.ts';
import { textOf } from './text-file.ts';

export type BootOptions = {
  /** Folder in which etc/ and usr/lib/ of the system are. */
  readonly root?: string;
};

/**
 * The epoch is a hash of machine id, ID and VERSION_ID: it changes when the system is installed anew or upgraded
 * to another release, not with the daily updates of one release. Systems without VERSION_ID (rolling ones) give
 * BUILD_ID or VERSION_CODENAME if they have it.
 */
export function linuxBoot({ root = '' }: BootOptions = {}): Boot {
  return {
    id: async () => currentBootId(),
    operatingSystem: async () => {
      const fields = await osRelease(root);
      const machineId = (await textOf(`${root}/etc/machine-id`)) ?? '';
      return systemOf(fields, machineId.trim());
    },
    hostName: async () => hostname(),
    // CLOCK_BOOTTIME, which counts sleep.
    uptime: async () => uptime() * 1000,
    // CLOCK_MONOTONIC, which stands still in sleep.
    awake: async () => Number(process.hrtime.bigint() / 1_000_000n),
    ...(systemdRuns() ? { settled } : {}),
  };
}

function systemOf(fields: ReadonlyMap<string, string>, machineId: string): OperatingSystem {
  const id = fields.get('ID') ?? platform();
  const version =
    fields.get('VERSION_ID') ?? fields.get('BUILD_ID') ?? fields.get('VERSION_CODENAME') ?? release();
  return {
    platform: platform() === 'darwin' ? 'macos' : 'linux',
    name: fields.get('PRETTY_NAME') ?? `${id} ${version}`,
    version,
    architecture: arch(),
    epoch: createHash('sha256')
      .update(JSON.stringify([machineId, id, version]))
      .digest('hex'),
  };
}

/** os-release(5): the file in /etc, else the one in /usr/lib; empty where there is neither (macOS). */
async function osRelease(root: string): Promise<ReadonlyMap<string, string>> {
  const text = (await textOf(`${root}/etc/os-release`)) ?? (await textOf(`${root}/usr/lib/os-release`)) ?? '';
  const lines = text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm);
  return new Map([...lines].map(([, field = '', value = '']) => [field, unquoted(value.trim())]));
}

/** A value is as in a shell: bare, or in single or double quotes, there with backslashes. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value)?.[2];
  return quoted === undefined ? value : quoted.replace(/\\([\\"'$`])/g, '$1');
}

async function settled(): Promise<Readiness> {
  const answer = await askProgram('systemctl', ['is-system-running']);
  return settledBy(answer?.output.trim() ?? '');
}

/** All jobs of the start have ended; in the second state a unit has failed, which is no reason to wait for ever. */
const started: readonly string[] = ['running', 'degraded'];

/** @param state as `systemctl is-system-running` prints it */
export function settledBy(state: string): Readiness {
  if (started.includes(state)) return { ready: true };
  const words = state === '' ? 'systemd does not answer' : `the machine is ${state}`;
  return { ready: false, reason: words, evidence: { systemd: state === '' ? 'silent' : state } };
}
