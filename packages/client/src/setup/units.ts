/** Units of a package on a machine that systemd does not run: an image that is made, a container that is to boot later. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { chosenOf } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** What starts with the machine, by the names that the packages of Linux give them. */
const units = ['holdfast-client.service', 'holdfast-rescue.timer'] as const;

/**
 * Has the client start with the machine's next start. The package's own script does this too, and no package manager
 * notices when it was killed in the midst of it; where systemd runs, the starters are looked at instead.
 *
 * @throws HoldfastError `system.not-ready` where systemctl did not come to its end
 */
export async function enableUnits(setUp: SetUp): Promise<void> {
  const { host } = setUp;
  const { ports, places } = host;
  const { kind } = chosenOf(setUp).package;
  if (places.root !== '/' || (kind !== 'deb' && kind !== 'rpm')) return;
  try {
    const command = {
      program: 'systemctl',
      arguments: ['enable', '--quiet', ...units],
      folder: places.state,
    };
    const { code, output } = await (await ports.processes.start(command)).exit;
    if (code === null) throw new HoldfastError('system.not-ready', 'systemctl was ended before its end.');
    // As the package's script has it: units that somebody has masked in the image stay so.
    if (code !== 0) host.log(`the units of the client could not be enabled: ${output.trim()}`);
  } catch (thrown) {
    // Without systemd nothing is to be enabled.
    if (!isHoldfastError(thrown, 'process.not-found')) throw thrown;
  }
}
