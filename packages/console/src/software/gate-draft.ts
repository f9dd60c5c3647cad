/** A gate of a program while it is being written in the form, and the definition that it becomes. */
import { type GateDefinition, gateName } from '@holdfast/contract/web';
import { rowKey } from './row-key.ts';

/** Every field that any kind of gate has; `kind` says which of them count. */
export type GateDraft = {
  key: string;
  kind: GateDefinition['kind'];
  service: string;
  /** Seconds. */
  uptime: number | string;
  megabytes: number | string;
  /** One a line. */
  paths: string;
  /** Percent. */
  battery: number | string;
  unmetered: boolean;
  /** Numbers of days as text: 0 is Sunday. */
  days: string[];
  /** `22:00`, UTC. */
  start: string;
  hours: number | string;
  /** A definition that the form cannot show whole is kept as it is. */
  kept?: GateDefinition;
};

const megabyte = 2 ** 20;

export function emptyGate(kind: GateDefinition['kind']): GateDraft {
  return {
    key: rowKey(),
    kind,
    service: '',
    uptime: '',
    megabytes: 500,
    paths: '',
    battery: '',
    unmetered: false,
    days: ['0', '6'],
    start: '22:00',
    hours: 4,
  };
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function minuteOf(start: string): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(start.trim()) ?? [];
  const value = Number(hour) * 60 + Number(minute);
  return Number(hour) < 24 && Number(minute) < 60 ? value : undefined;
}

/** What is wrong with a gate: messages by field. */
export function gateErrors(gate: GateDraft): Partial<Record<keyof GateDraft, string>> {
  switch (gate.kind) {
    case 'service-answering':
      return gate.service.trim() === '' ? { service: 'Enter the name of the service' } : {};
    case 'disk-free':
      return gate.megabytes === '' ? { megabytes: 'Enter a number' } : {};
    case 'no-pending-reboot':
      return linesOf(gate.paths).length === 0 ? { paths: 'Enter the files or folders that are yours' } : {};
    case 'maintenance-window':
      return {
        ...(gate.days.length === 0 ? { days: 'Choose a day' } : {}),
        ...(minuteOf(gate.start) === undefined ? { start: 'Hours and minutes, such as 22:00' } : {}),
        ...(Number(gate.hours) > 0 ? {} : { hours: 'Enter a number' }),
      };
    default:
      return {};
  }
}

/** The definition that a gate without errors stands for. */
export function gateOf(gate: GateDraft): GateDefinition {
  if (gate.kept !== undefined) return gate.kept;
  const { kind } = gate;
  const name = gateName(kind, gate.service);
  switch (kind) {
    case 'service-answering':
      return { kind, name, service: gate.service.trim() };
    case 'boot-settled':
      return { kind, name, ...(gate.uptime === '' ? {} : { leastSeconds: Number(gate.uptime) }) };
    case 'disk-free':
      return { kind, name, bytes: Number(gate.megabytes) * megabyte };
    case 'no-pending-reboot':
      return { kind, name, paths: linesOf(gate.paths) };
    case 'power':
      return { kind, name, ...(gate.battery === '' ? {} : { leastBattery: Number(gate.battery) }) };
    case 'network':
      return { kind, name, ...(gate.unmetered ? { unmetered: true } : {}) };
    case 'maintenance-window': {
      const days = gate.days.map(Number).toSorted((one, other) => one - other);
      const window = { days, startMinute: minuteOf(gate.start) ?? 0, minutes: Number(gate.hours) * 60 };
      return { kind, name, windows: [window] };
    }
    default:
      return { kind, name };
  }
}

/** A gate that somebody else has written. */
export function gateDraft(gate: GateDefinition): GateDraft {
  return { ...emptyGate(gate.kind), kept: gate };
}
