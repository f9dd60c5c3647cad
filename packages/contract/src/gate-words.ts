/** Gates as people name them and read them. */
import type { GateDefinition, MaintenanceWindow } from './gates.ts';

/** In the order of `MaintenanceWindow.days`: 0 is Sunday. */
export const dayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** The name of a gate that nobody gave one: its kind, or the service that it is about. */
export function gateName(kind: GateDefinition['kind'], service = ''): string {
  if (kind !== 'service-answering') return kind;
  const plain = service.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `service-${plain}`.slice(0, 40).replace(/-+$/, '');
}

const clockTime = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** `Saturday and Sunday from 22:00 for 4 h (UTC)`. */
function windowWords({ days, startMinute, minutes }: MaintenanceWindow): string {
  const names = days.toSorted((one, other) => one - other).map((day) => dayNames[day] ?? '');
  const last = names.pop() ?? '';
  const length = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
  const all = names.length === 0 ? last : `${names.join(', ')} and ${last}`;
  return `${all} from ${clockTime(startMinute)} for ${length} (UTC)`;
}

/** What a gate waits for, as a clause: `the service winmgmt answers`. */
export function gateWords(gate: GateDefinition): string {
  switch (gate.kind) {
    case 'service-answering':
      return `the service ${gate.service} answers`;
    case 'protection-ready':
      return "the system's file protection serves requests";
    case 'installer-idle':
      return 'no other installation runs';
    case 'boot-settled':
      return `the machine has started all that it starts with${
        gate.leastSeconds === undefined ? '' : ` and is up for ${gate.leastSeconds} s`
      }`;
    case 'disk-free':
      return `${gate.bytes} bytes are free`;
    case 'no-pending-reboot':
      return `no replacement of ${gate.paths.join(', ')} waits for a restart`;
    case 'no-remote-session':
      return 'nobody works on the machine from afar';
    case 'power':
      return gate.leastBattery === undefined
        ? 'the machine runs on mains'
        : `the machine runs on mains or has ${gate.leastBattery} % of battery left`;
    case 'network':
      return gate.unmetered === true ? 'there is a network that is not paid by volume' : 'there is a network';
    case 'maintenance-window':
      return `it is ${gate.windows.map(windowWords).join(', or ')}`;
  }
}
