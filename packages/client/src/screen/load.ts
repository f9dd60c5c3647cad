/** Loading a screen driver from where a version of it lies, and speaking with it whatever version it is of. */
import { HoldfastError, isErrorCode } from '@holdfast/contract';
import type { Screen } from '@holdfast/ports';
import { type DriverHost, type DriverModule, driverInterface } from './driver.ts';

/** Loads the module at a path. Each version must be loaded anew, from its own path. */
export type LoadModule = (path: string) => Promise<unknown>;

/**
 * The screen behind the driver at a path.
 * @throws HoldfastError `component.damaged` where the module does not load, or is no driver of this interface
 */
export async function openDriver(load: LoadModule, path: string, host: DriverHost): Promise<Screen> {
  const damaged = (what: string, cause?: unknown) =>
    new HoldfastError('component.damaged', `The screen driver ${path} ${what}.`, {
      ...(cause === undefined ? {} : { cause }),
      details: { path },
    });
  let module: unknown;
  try {
    module = await load(path);
  } catch (thrown) {
    throw damaged(`does not load: ${messageOf(thrown)}`, thrown);
  }
  const driver = driverIn(module);
  if (driver === undefined) throw damaged(`is not one of interface ${driverInterface}`);
  try {
    return translated(driver.open(host));
  } catch (thrown) {
    throw damaged(`does not open: ${messageOf(thrown)}`, thrown);
  }
}

function driverIn(module: unknown): DriverModule | undefined {
  if (typeof module !== 'object' || module === null || !('driver' in module)) return undefined;
  const { driver } = module;
  const isDriver =
    typeof driver === 'object' &&
    driver !== null &&
    'interface' in driver &&
    driver.interface === driverInterface &&
    'open' in driver &&
    typeof driver.open === 'function';
  return isDriver ? (driver as DriverModule) : undefined;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A driver brings a class of errors of its own, from when it was built: here they become those of this program. */
function translated(screen: Screen): Screen {
  const ours = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (thrown) {
      throw ourError(thrown);
    }
  };
  return {
    display: () => ours(() => screen.display()),
    capture: () => ours(() => screen.capture()),
    close: () => screen.close(),
  };
}

function ourError(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return new HoldfastError(isErrorCode(code) ? code : 'screen.failed', messageOf(thrown), { cause: thrown });
}
