/** Older clients on this machine: which there are, stopping them, and having them work again where today's cannot. */
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Folder, MachinePorts } from '@holdfast/ports';
import type { Inheritance } from '../../inheritance.ts';
import type { SetupHost } from '../host.ts';
import { stopEverything } from '../removal.ts';
import type { SetUp } from '../set-up.ts';
import type { Predecessor } from './known.ts';

type Host = Pick<SetupHost, 'ports' | 'predecessors'>;

export async function isInstalled(
  { installers }: Pick<MachinePorts, 'installers'>,
  { package: from }: Predecessor,
): Promise<boolean> {
  const state =
    from.kind === 'deb' ? await installers.dpkg(from.name) : await installers.msi(from.productCode);
  return state?.installed === true;
}

export async function hasService({ services }: Pick<MachinePorts, 'services'>, { service }: Predecessor) {
  return (await services?.state(service)) !== undefined;
}

/**
 * Those that the system itself knows, by service or package: folders that merely have their names prove nothing, for on
 * Windows anybody may make them.
 */
export async function presentPredecessors({
  ports,
  predecessors = [],
}: Host): Promise<readonly Predecessor[]> {
  const found: Predecessor[] = [];
  for (const one of predecessors) {
    if ((await hasService(ports, one)) || (await isInstalled(ports, one))) found.push(one);
  }
  return found;
}

/** Those that this set-up is to take the place of, the newest first. */
export function predecessorsOf({ host, progress }: Pick<SetUp, 'host' | 'progress'>): readonly Predecessor[] {
  const services = progress().predecessors ?? [];
  return (host.predecessors ?? []).filter(({ service }) => services.includes(service));
}

/** Uses the state folder of one; undefined where it has none. @throws HoldfastError `disk.*` */
export async function inStateOf<Result>(
  { disk }: Pick<MachinePorts, 'disk'>,
  { state }: Predecessor,
  use: (folder: Folder) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await withOpen(disk.open(state), use);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
    return undefined;
  }
}

/** All that they leave: who the machine is from the newest that knows it, what was done from all of them. */
export async function inheritanceOf(
  setUp: Pick<SetUp, 'host' | 'progress'>,
): Promise<Inheritance | undefined> {
  let all: Inheritance | undefined;
  for (const one of predecessorsOf(setUp)) {
    const left = await inStateOf(setUp.host.ports, one, one.read);
    if (left === undefined) continue;
    all = all
      ? {
          ...all,
          site: all.site ?? left.site,
          identity: all.identity ?? left.identity,
          history: { ...left.history, ...all.history },
        }
      : left;
  }
  return all;
}

/** They run no more, and do not start with the machine: two clients would do the same work twice. */
export async function stopPredecessors(setUp: SetUp): Promise<void> {
  const { services } = setUp.host.ports;
  if (setUp.progress().succession !== 'verified') await setUp.keep({ succession: 'stopped' });
  for (const one of predecessorsOf(setUp)) {
    if (!services || !(await hasService(setUp.host.ports, one))) continue;
    setUp.host.log(`${one.title} is stopped`);
    await services.setAutomatic(one.service, false);
    await services.stop(one.service);
  }
}

/**
 * Where today's client has not been verified, the older one works on, and today's does not beside it.
 * @returns why that could not be had, as a clause
 */
export async function putBack(setUp: SetUp): Promise<string | undefined> {
  const { host, progress } = setUp;
  const { services } = host.ports;
  if (!services || progress().succession !== 'stopped') return undefined;
  try {
    await stopEverything(setUp);
    for (const one of predecessorsOf(setUp)) {
      if (!(await hasService(host.ports, one))) continue;
      await services.setAutomatic(one.service, true);
      await services.start(one.service);
      host.log(`${one.title} works again`);
    }
    return undefined;
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    host.log(`the older client could not be put back: ${thrown.message}`);
    return `the older client could not be put back: ${thrown.message}`;
  }
}
