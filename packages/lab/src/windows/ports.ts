/** The ports of a simulated Windows: those of the machine beneath, with Windows in place of what tells of it. */
import { systemError } from '@holdfast/contract';
import type { HostRegistry, HostServices, RegistryData } from '@holdfast/msi';
import type { Boot, MachinePorts, Protection, Readiness, Registry, Services } from '@holdfast/ports';
import { refuseUnfit } from '../machine/software.ts';
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

/** "System Error Codes", learn.microsoft.com. */
const winError = { noService: 1060, notActive: 1062 } as const;
/** SERVICE_AUTO_START, SERVICE_DISABLED. */
const startType = { automatic: 2, disabled: 4 } as const;

function registryOf(registry: HostRegistry): Registry {
  return {
    async read({ name, ...place }) {
      const data = registry.value(place, name);
      return data && textOf(data);
    },
    async write(at, text) {
      refuseUnfit(at, text);
      const { name, ...place } = at;
      await registry.apply([{ kind: 'set', place, name, data: { kind: 'text', text } }]);
    },
    async remove(at) {
      refuseUnfit(at);
      const { name, ...place } = at;
      if (registry.value(place, name) === undefined) return;
      await registry.apply([{ kind: 'remove-value', place, name }]);
    },
  };
}

/** No empty name, no slashes, at most 256 characters: CreateServiceW, lpServiceName. */
function isServiceName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them.
  return /^[^\\/\u0000-\u001f]{1,256}$/.test(name);
}

/** A service of this Windows that runs answers. */
function servicesOf(services: HostServices): Services {
  const notReady = (name: string, words: string, win32: number): Readiness => ({
    ready: false,
    reason: `the service ${name} ${words}`,
    evidence: { win32 },
  });
  /** Whether it runs; undefined where there is none, and for what cannot be a name. */
  async function running(name: string): Promise<boolean | undefined> {
    if (!isServiceName(name)) return undefined;
    return (await services.get(name))?.running;
  }
  return {
    async state(name) {
      const found = await running(name);
      return found === undefined ? undefined : found ? 'running' : 'stopped';
    },
    async readiness(name) {
      const found = await running(name);
      if (found === undefined) return notReady(name, 'does not exist', winError.noService);
      return found ? { ready: true } : notReady(name, 'is stopped', winError.notActive);
    },
    start: (name) => services.start(name, []),
    stop: (name) => services.stop(name),
    async automatic(name) {
      if (!isServiceName(name)) return undefined;
      const found = await services.get(name);
      return found && found.configuration.start === startType.automatic;
    },
    async setAutomatic(name, automatic) {
      const found = await services.get(name);
      if (!found) throw systemError(winError.noService, `The service ${name} cannot be configured`);
      const start = automatic ? startType.automatic : startType.disabled;
      await services.put({ ...found.configuration, start });
    },
  };
}

export type WindowsParts = {
  readonly system: WindowsSystem;
  readonly registry: HostRegistry;
  readonly protection: Protection;
  readonly services: HostServices;
};

export function windowsPorts(
  ports: MachinePorts,
  { system, registry, protection, services }: WindowsParts,
): MachinePorts {
  return {
    ...ports,
    boot: bootOf(ports.boot, system),
    registry: registryOf(registry),
    protection,
    services: servicesOf(services),
  };
}
