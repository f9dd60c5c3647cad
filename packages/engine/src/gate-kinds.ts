/** From a gate as policy names it to a gate that looks at this machine. */
import type { GateDefinition } from '@holdfast/contract';
import type { Boot, Clock, Installers, MachinePorts, OptionalPorts, Registry } from '@holdfast/ports';
import { diskFreeGate, type Gate, type GateVerdict, verdictOf } from './gates.ts';
import { windowVerdict } from './maintenance-windows.ts';

/** What gates look at. A machine lends itself whole, or in parts. */
/** Gates look and change nothing: of the registry they read. */
export type GatePorts = Pick<MachinePorts, 'clock' | 'disk' | 'installers' | 'boot'> & {
  readonly registry: Pick<Registry, 'read'>;
} & Partial<OptionalPorts>;

/** Where gates look: the client's own folder, whose volume must have room. */
export type GatePlace = { readonly folder: string };

const open: GateVerdict = { open: true };

/** The gates of some definitions, in their order. */
export function gatesOf(
  definitions: readonly GateDefinition[],
  ports: GatePorts,
  place: GatePlace,
): readonly Gate[] {
  return definitions.map((definition) => gateOf(definition, ports, place));
}

function gateOf(definition: GateDefinition, ports: GatePorts, place: GatePlace): Gate {
  const { name } = definition;
  switch (definition.kind) {
    case 'service-answering': {
      const { services } = ports;
      const { service } = definition;
      return watched(name, services, async (port) => verdictOf(await port.readiness(service)));
    }
    case 'protection-ready':
      return watched(name, ports.protection, async (port) => verdictOf(await port.readiness()));
    case 'installer-idle':
      return watched(name, ports.installers, installerVerdict);
    case 'boot-settled':
      return watched(name, ports.boot, (boot) =>
        bootVerdict(boot, ports.clock, definition.leastSeconds ?? 0),
      );
    case 'disk-free':
      return diskFreeGate(ports.disk, place.folder, definition.bytes, name);
    case 'no-pending-reboot':
      return { name, check: () => pendingVerdict(ports.registry, definition.paths) };
    case 'no-remote-session':
      return watched(name, ports.sessions, async (port) => {
        const [session, ...others] = await port.remote();
        if (!session) return open;
        const evidence = { session: session.kind, user: session.user, sessions: others.length + 1 };
        return { open: false, reason: `${session.user} works on the machine by ${session.kind}`, evidence };
      });
    case 'power':
      return watched(name, ports.power, async (port) => {
        const { mains, battery } = await port.state();
        const least = definition.leastBattery;
        if (mains || (least !== undefined && battery !== null && battery >= least)) return open;
        const left = battery === null ? 'on battery' : `on battery, ${battery} % left`;
        return {
          open: false,
          reason: `the machine runs ${left}`,
          evidence: { mains, battery: battery ?? -1 },
        };
      });
    case 'network':
      return watched(name, ports.links, async (port) => {
        const { up, metered } = await port.state();
        const evidence = { up, metered };
        if (!up) return { open: false, reason: 'there is no network', evidence };
        if (!metered || !definition.unmetered) return open;
        return { open: false, reason: 'the network is paid by volume', evidence };
      });
    case 'maintenance-window':
      return { name, check: async () => windowVerdict(definition.windows, ports.clock.now()) };
    default:
      return unknown(definition satisfies never);
  }
}

/** A gate over one port; without the port there is nothing to wait for. */
function watched<Port extends Pick<Gate, 'watch'>>(
  name: string,
  port: Port | undefined,
  look: (port: Port) => Promise<GateVerdict>,
): Gate {
  const watch = port?.watch;
  return {
    name,
    check: async () => (port ? await look(port) : open),
    ...(watch ? { watch } : {}),
  };
}

/** Policy of a newer site: what cannot be looked at does not hold. */
function unknown(definition: { readonly kind?: string; readonly name?: string }): Gate {
  const kind = String(definition.kind);
  return {
    name: String(definition.name),
    check: async () => ({
      open: false,
      reason: `this client does not know gates of kind ${kind}`,
      evidence: { kind },
    }),
  };
}

async function installerVerdict(installers: Pick<Installers, 'idle'>): Promise<GateVerdict> {
  return installers.idle ? verdictOf(await installers.idle()) : open;
}

async function bootVerdict(
  boot: Boot,
  clock: Pick<Clock, 'now'>,
  leastSeconds: number,
): Promise<GateVerdict> {
  const up = await boot.uptime?.();
  if (up !== undefined && up < leastSeconds * 1000) {
    const seconds = Math.floor(up / 1000);
    return {
      open: false,
      reason: `the machine is up for ${seconds} s of ${leastSeconds} s`,
      evidence: { uptime: seconds },
      opensAt: clock.now() + leastSeconds * 1000 - up,
    };
  }
  return boot.settled ? verdictOf(await boot.settled()) : open;
}

/**
 * Windows keeps renames for the next start as pairs of source and target, the target empty for a deletion. Source:
 * MoveFileEx, MOVEFILE_DELAY_UNTIL_REBOOT, Microsoft Learn.
 */
const pendingRenames = {
  hive: 'HKLM',
  key: 'SYSTEM\\CurrentControlSet\\Control\\Session Manager',
  name: 'PendingFileRenameOperations',
  view: '64',
} as const;

/** A folder that is renamed takes what is in it along; one that is removed must be empty by then. */
async function pendingVerdict(
  registry: Pick<Registry, 'read'>,
  paths: readonly string[],
): Promise<GateVerdict> {
  const list = ((await registry.read(pendingRenames))?.split('\n') ?? []).map(plainPath);
  const ours = paths.map(plainPath);
  const isRenamed = (index: number) => index % 2 === 1 || (list[index + 1] ?? '') !== '';
  const found = list.findIndex((path, index) =>
    ours.some((own) => isBelow(path, own) || (isRenamed(index) && isBelow(own, path))),
  );
  const path = list[found];
  if (path === undefined) return open;
  const happens = isRenamed(found) ? 'replaced' : 'removed';
  return { open: false, reason: `${path} is ${happens} at the next restart`, evidence: { path } };
}

/** `!\??\C:\Windows\x.dll` as `c:\windows\x.dll`. */
function plainPath(path: string): string {
  return path
    .replace(/^!?(\\\?\?\\)?/, '')
    .toLowerCase()
    .replace(/\\+$/, '');
}

function isBelow(path: string, folder: string): boolean {
  return folder !== '' && (path === folder || path.startsWith(`${folder}\\`));
}
