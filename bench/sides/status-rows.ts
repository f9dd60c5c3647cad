/** The rows of the status bench: the same on both sides. */
import type { StatusMessage } from '@holdfast/contract';

const deploymentId = '00000000-0000-4000-8000-000000000002';

/** Messages `first` to `first + count - 1` of a stream, as a client reports an installation. */
export function statusRows(first: number, count: number): StatusMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    seq: first + index,
    at: 1_700_000_000_000 + first + index,
    code: 30027,
    severity: 'warning',
    deploymentId,
    details: {
      action: 'install',
      package: 'A package 1.2.3',
      reason: 'exit code 1618 (another installation is running)',
      seconds: 30,
    },
  }));
}
