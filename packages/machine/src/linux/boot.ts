/** The machine as started: boot id, os-release(5), machine-id(5). */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, hostname, platform, release } from 'node:os';
import type { Boot, OperatingSystem } from '@holdfast/ports';
import { errorCodeOf } from '../shared/error-code.ts';
import { currentBootId } from './process-table.ts';

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
      const machineId = (await contentOf(`${root}/etc/machine-id`)) ?? '';
      return systemOf(fields, machineId.trim());
    },
    hostName: async () => hostname(),
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
  const text =
    (await contentOf(`${root}/etc/os-release`)) ?? (await contentOf(`${root}/usr/lib/os-release`)) ?? '';
  const lines = text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm);
  return new Map([...lines].map(([, field = '', value = '']) => [field, unquoted(value.trim())]));
}

/** A value is as in a shell: bare, or in single or double quotes, there with backslashes. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value)?.[2];
  return quoted === undefined ? value : quoted.replace(/\\([\\"'$`])/g, '$1');
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
