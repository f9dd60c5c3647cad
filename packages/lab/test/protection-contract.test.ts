/** The simulated Windows File Protection passes the contract of its port. */
import { protectionContract } from '@holdfast/ports/suites';
import { passTime } from '../src/scenarios/kb829810/life.ts';
import { simulatedWindows } from '../src/windows/machine.ts';
import { systemFolder } from '../src/windows/system.ts';
import { inVirtualTime } from '../src/world/run.ts';

const lateMs = 10 * 60_000;

protectionContract(async () => {
  const windows = await simulatedWindows('protection contract');
  await windows.upgrade('xp');
  const { protection } = await inVirtualTime(windows.clock, () =>
    windows.boot({ kernelMs: 1000, protectionMs: lateMs, services: {} }, {}),
  );
  return {
    protection: protection.port,
    protectedPath: `${systemFolder}\\Msvcp60.dll`,
    otherPath: `${systemFolder}\\not-of-windows.dll`,
    serve: () => passTime(windows.clock, lateMs),
    cleanup: async () => {},
  };
});
