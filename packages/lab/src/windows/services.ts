/**
 * The service manager, simulated: automatic services one after the other, by load order group and dependencies; one that
 * has not answered within 30 s is given up (error 1053). Source: learn.microsoft.com, "Automatically Starting Services",
 * "Service Control Manager" event 7009.
 */
import { HoldfastError, systemError } from '@holdfast/contract';
import type { HostRegistry, HostServices, ServiceConfiguration } from '@holdfast/msi';
import type { Clock } from '@holdfast/ports';
import type { Timeline } from '../timeline/timeline.ts';

/** Milliseconds that a service has to answer. */
export const answerLimitMs = 30_000;
const errorNoAnswer = 1053;
const errorNoService = 1060;
const automatic = 2;
/** SERVICE_WIN32: own process or shared. */
const programTypes = 0x30;

/** Groups of ServiceGroupOrder that are used here; what has none comes last. */
const groupOrder = ['Event log', 'COM Infrastructure', 'NetworkProvider', 'SpoolerGroup'];

export type ServiceManager = HostServices & {
  /** Starts what starts by itself; ends when all have answered or were given up. */
  startAutomatic(): Promise<void>;
};

type Parts = {
  readonly services: HostServices;
  readonly registry: HostRegistry;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Milliseconds that a service takes to answer in this boot. */
  readonly answerMs: (name: string) => number;
  /** What a service does once it runs; nobody waits for it. */
  readonly began: (name: string) => void;
};

const servicesKey = { hive: 'HKLM', key: 'System\\CurrentControlSet\\Services', view: '64' } as const;

function rank({ loadOrderGroup }: ServiceConfiguration): number {
  const index = groupOrder.indexOf(loadOrderGroup);
  return index < 0 ? groupOrder.length : index;
}

/** By group, then by name; what another one depends on before it. */
export function startOrder(services: readonly ServiceConfiguration[]): readonly ServiceConfiguration[] {
  const sorted = services.toSorted(
    (one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1),
  );
  const byName = new Map(sorted.map((one) => [one.name.toLowerCase(), one]));
  const ordered = new Set<ServiceConfiguration>();
  const open = new Set<ServiceConfiguration>();
  function visit(service: ServiceConfiguration): void {
    // A circle of dependencies is cut where it closes: Windows refuses to start any of them.
    if (ordered.has(service) || open.has(service)) return;
    open.add(service);
    for (const name of service.dependencies) {
      const needed = byName.get(name.toLowerCase());
      if (needed !== undefined) visit(needed);
    }
    ordered.add(service);
  }
  for (const service of sorted) visit(service);
  return [...ordered];
}

export function serviceManager(parts: Parts): ServiceManager {
  const { services, registry, clock, timeline, answerMs, began } = parts;
  const running = new Set<string>();
  const isRunning = (name: string): boolean => running.has(name.toLowerCase());

  async function start({ name, displayName }: ServiceConfiguration): Promise<void> {
    if (isRunning(name)) return;
    const needed = answerMs(name);
    await clock.sleep(Math.min(needed, answerLimitMs));
    if (needed > answerLimitMs) {
      timeline.tell('services', `${displayName} did not answer within 30 s: given up`, {
        win32: errorNoAnswer,
      });
      throw systemError(errorNoAnswer, `The service ${name} did not start`);
    }
    running.add(name.toLowerCase());
    timeline.tell('services', `${displayName} runs`);
    began(name);
  }

  async function configured(name: string): Promise<ServiceConfiguration> {
    const found = await services.get(name);
    if (found) return found.configuration;
    throw systemError(errorNoService, `The service ${name} cannot be controlled`);
  }

  return {
    run: true,
    async get(name) {
      const found = await services.get(name);
      return found && { ...found, running: isRunning(name) };
    },
    put: (configuration) => services.put(configuration),
    async remove(name) {
      running.delete(name.toLowerCase());
      await services.remove(name);
    },
    start: async (name) => start(await configured(name)),
    async stop(name) {
      const { displayName } = await configured(name);
      if (running.delete(name.toLowerCase())) timeline.tell('services', `${displayName} is stopped`);
    },
    async startAutomatic() {
      const found: ServiceConfiguration[] = [];
      for (const name of registry.keys(servicesKey) ?? []) {
        const service = await services.get(name);
        if (service === undefined) continue;
        const { configuration } = service;
        if (configuration.start === automatic && (configuration.type & programTypes) !== 0)
          found.push(configuration);
      }
      const failed = new Set<string>();
      for (const service of startOrder(found)) {
        const missing = service.dependencies.find((name) => failed.has(name.toLowerCase()));
        try {
          if (missing !== undefined) {
            timeline.tell('services', `${service.displayName} needs ${missing}, which does not run`);
            failed.add(service.name.toLowerCase());
          } else await start(service);
        } catch (thrown) {
          if (!(thrown instanceof HoldfastError)) throw thrown;
          failed.add(service.name.toLowerCase());
        }
      }
    },
  };
}
