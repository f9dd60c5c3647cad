/** The ports of a simulated Windows: those of the machine beneath, with Windows in place of what tells of it. */
import type { RegistryData, RootRegistry } from '@holdfast/msi';
import type { Boot, MachinePorts, Protection, Registry } from '@holdfast/ports';
import type { WindowsSystem } from './system.ts';

function bootOf(boot: Boot, { title, version }: WindowsSystem): Boot {
  return {
    ...boot,
    async operatingSystem() {
      const { epoch } = await boot.operatingSystem();
      return { platform: 'windows', name: `Microsoft ${title}`, version, architecture: 'x86', epoch };
    },
  };
}

/** Binary values as lower-case hexadecimal, as the real registry port gives them. */
function textOf(data: RegistryData): string {
  switch (data.kind) {
    case 'text':
    case 'expandable':
      return data.text;
    case 'texts':
      return data.texts.join('\n');
    case 'number':
    case 'wide-number':
      return String(data.number);
    case 'bytes':
      return Buffer.from(data.bytes).toString('hex');
  }
}

function registryOf(registry: RootRegistry): Registry {
  return {
    async read({ name, ...place }) {
      const data = registry.value(place, name);
      return data && textOf(data);
    },
  };
}

export type WindowsParts = {
  readonly system: WindowsSystem;
  readonly registry: RootRegistry;
  readonly protection: Protection;
};

export function windowsPorts(
  ports: MachinePorts,
  { system, registry, protection }: WindowsParts,
): MachinePorts {
  return { ...ports, boot: bootOf(ports.boot, system), registry: registryOf(registry), protection };
}
