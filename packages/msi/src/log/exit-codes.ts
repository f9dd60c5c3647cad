/** What msiexec's exit codes say of an installation. */
import type { CauseCode } from './causes.ts';

export type Outcome = 'succeeded' | 'failed' | 'cancelled' | 'busy' | 'suspended' | 'unfinished';

const causes: Readonly<Record<number, CauseCode>> = {
  1601: 'installer-service',
  1602: 'cancelled',
  1604: 'suspended',
  1605: 'not-installed',
  1606: 'wrong-name',
  1607: 'wrong-name',
  1608: 'wrong-name',
  1612: 'source-missing',
  1613: 'installer-version',
  1618: 'busy',
  1619: 'package-unreadable',
  1620: 'package-unreadable',
  1622: 'log-file',
  1624: 'transform',
  1625: 'policy',
  1631: 'installer-service',
  1632: 'temporary-folder',
  1633: 'platform',
  1635: 'package-unreadable',
  1638: 'other-version',
  1639: 'command-line',
  1640: 'policy',
  1643: 'policy',
  1644: 'policy',
  1652: 'installer-service',
};

/** Undefined where the code says nothing of the cause, as 1603 does not. */
export function exitCause(code: number): CauseCode | undefined {
  return causes[code];
}

export function outcomeOf(code: number): Outcome {
  if (code === 0 || code === 1641 || code === 3010) return 'succeeded';
  if (code === 1602) return 'cancelled';
  if (code === 1604) return 'suspended';
  return code === 1618 ? 'busy' : 'failed';
}
