/** The simulated Debian passes the contract suites of the ports that are its own. */
import { bootContract, installersContract } from '@holdfast/ports/suites';
import { frontEnd } from '../src/linux/front-end.ts';
import { debianMachine } from '../src/linux/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';
import { debName, debOf, put, root } from './support/dpkg-machine.ts';

const clock = virtualClock();
const options = { run: (body: () => Promise<void>) => inVirtualTime(clock, body) };
const cleanup = async () => undefined;

bootContract(async () => {
  const machine = debianMachine('contract', { clock, release: '11' });
  return {
    boot: machine.ports('suite').boot,
    restart: async () => {
      machine.boot.restart();
      machine.starting(0);
    },
    upgrade: async () => machine.becomes('12'),
    busyStart: async () => {
      machine.boot.restart();
      const startsMs = 60_000;
      machine.starting(startsMs);
      return () => machine.ports('suite').clock.sleep(startsMs);
    },
    cleanup,
  };
}, options);

installersContract(async () => {
  const machine = debianMachine('contract', { clock, root });
  const { processes, installers, clock: time } = machine.ports('suite');
  const start = (program: string, ...words: string[]) =>
    processes.start({ program, arguments: words, folder: '/debs' });
  for (const name of ['anvil', 'tongs']) {
    put(machine, `/debs/${debName(name, '1.0')}`, debOf(name, '1.0'));
    await (await start('dpkg', `--root=${root}`, '-i', debName(name, '1.0'))).exit;
  }
  await (await start('dpkg', `--root=${root}`, '-r', 'tongs')).exit;
  const hourMs = 3_600_000;
  machine.programs.programs.set(
    'apt',
    frontEnd(machine.lock, 'apt', () => [{ afterMs: hourMs, words: [] }]),
  );
  return {
    installers,
    clock: time,
    busy: async () => {
      const { exit } = await start('apt');
      return async () => void (await exit);
    },
    has: { dpkg: true, msi: false },
    installedDpkg: { name: 'anvil', version: '1.0' },
    removedDpkg: 'tongs',
    plainFile: '/debs/anvil_1.0.deb',
    missingFile: '/missing',
    cleanup,
  };
}, options);
