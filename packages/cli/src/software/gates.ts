/** Readiness gates as words on the command line: `installer-idle`, `boot-settled=300`, `maintenance-window=sat,sun@22:00+4h`. */
import {
  dayNames,
  GateDefinition,
  gateName,
  HoldfastError,
  type MaintenanceWindow,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';

const shape = Compile(GateDefinition);

/** One of each kind, for --help and for what is wrong. */
export const gateExamples = [
  'installer-idle',
  'protection-ready',
  'service-answering=winmgmt',
  'boot-settled=300',
  'disk-free=500M',
  'no-pending-reboot=C:\\Program Files\\Tool',
  'no-remote-session',
  'power=50',
  'network=unmetered',
  'maintenance-window=sat,sun@22:00+4h',
] as const;

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** `500M` in bytes; NaN for what is no size. */
function bytes(value: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})([KMG]?)$/.exec(value) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}

/** `sat,sun@22:00+4h`, in UTC. */
function maintenanceWindow(value: string): Partial<MaintenanceWindow> {
  const [, days = '', hour, minute, length, unit] =
    /^([a-z,]+)@(\d{1,2}):(\d{2})\+(\d{1,4})(h|m)$/.exec(value.toLowerCase()) ?? [];
  return {
    days: days.split(',').map((day) => dayNames.findIndex((name) => name.slice(0, 3).toLowerCase() === day)),
    startMinute: Number(hour) * 60 + Number(minute),
    minutes: Number(length) * (unit === 'h' ? 60 : 1),
  };
}

function parameters(kind: string, value: string | undefined): object {
  if (value === undefined) return {};
  switch (kind) {
    case 'service-answering':
      return { service: value };
    case 'boot-settled':
      return { leastSeconds: Number(value) };
    case 'disk-free':
      return { bytes: bytes(value) };
    case 'no-pending-reboot':
      return { paths: value.split(';') };
    case 'power':
      return { leastBattery: Number(value.replace(/%$/, '')) };
    case 'network':
      return value === 'unmetered' ? { unmetered: true } : { unmetered: value };
    case 'maintenance-window':
      return { windows: value.split(';').map(maintenanceWindow) };
    default:
      return { value };
  }
}

/** @throws HoldfastError `request.invalid` */
export function gate(words: string): GateDefinition {
  const equals = words.indexOf('=');
  const [kind, value] = equals < 0 ? [words, undefined] : [words.slice(0, equals), words.slice(equals + 1)];
  const known = kind as GateDefinition['kind'];
  const candidate = { kind, name: gateName(known, value), ...parameters(kind, value) };
  if (shape.Check(candidate)) return candidate;
  throw new HoldfastError(
    'request.invalid',
    `"${words}" is not a gate; these are: ${gateExamples.join(', ')}.`,
  );
}
