/** One installation at a time: what stands for the _MSIExecute mutex. */
import type { WindowsHost } from '../host/model.ts';
import type { Recovered, RunLog } from './model.ts';
import { recoverInstallations } from './recover.ts';

/**
 * Holds the lock as long as `use` takes, after what was broken off before has been brought to its end: `use` plans on
 * what the machine is then.
 * @throws HoldfastError `installer.running` (exit code 1618); what recovery throws; what `use` throws
 */
export async function asOnlyInstaller<T>(
  host: WindowsHost,
  use: (recovered: readonly Recovered[]) => Promise<T>,
  log?: RunLog,
): Promise<T> {
  const lock = await host.lock();
  try {
    return await use(await recoverInstallations(host, log));
  } finally {
    await lock.release();
  }
}
