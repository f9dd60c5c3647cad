/** The programs of explored machines: each run goes as its deployment says, and is written into the ledger. */
import type { ProgramRun } from '../machine/processes.ts';
import type { Outcome } from './events.ts';
import { restartMachine } from './life.ts';
import { restartsItself } from './outcomes.ts';
import { isContentWhole, itemFolder, type ProgramAction, runProgram, type Software } from './software.ts';
import type { World } from './world.ts';

const allGood: Outcome = { code: 0, does: 'all' };

/** Milliseconds: longer than any world. */
const forEverMs = 1e9;

/** Milliseconds between the end of a program that restarts the machine and the restart. */
const restartDelayMs = 10_000;

/** The programs that deployments name, and those that only a changed policy can name. */
export function registerPrograms(world: World): void {
  const { machine, broken } = world;
  const { programs } = machine.programs;
  for (const action of ['install', 'repair', 'uninstall'] as const) {
    programs.set(`${action}-app`, (run) => {
      const [, , item = '', version = ''] = run.words;
      const software = world.every.get(`${item}.${version}`);
      if (software) return runInWorld(world, software, action, run);
      broken('I3', `${run.words.join(' ')} was started, which the site never deployed`);
      return Promise.resolve(1);
    });
    programs.set(`${action}-elsewhere`, async () => {
      broken('I3', `a command line was started that was changed on its way: ${action}-elsewhere`);
      return 1;
    });
  }
}

async function runInWorld(
  world: World,
  software: Software,
  action: ProgramAction,
  run: ProgramRun,
): Promise<number> {
  const { machine, ledger, timeline, faults } = world;
  const title = `${action} of app ${software.item}.${software.version}`;
  const own = ledger.begins(software, action);
  const outcome = world.calm ? allGood : (software.draft.outcomes[own.before] ?? allGood);
  timeline.tell('services', `${title} starts`);
  try {
    const [content = ''] = run.words;
    const needsContent = action !== 'uninstall';
    if (needsContent && !(await isContentWhole(run.disk, content, software))) {
      world.broken('I3', `${title} was started with content that is not whole`);
    }
    await runProgram(run, action, software, outcome);
  } catch (thrown) {
    timeline.tell('services', `${title} fails: ${String(thrown)}`);
    ledger.ends(1, own);
    throw thrown;
  }
  if (outcome.code === 'hang') {
    faults['program-hangs']++;
    timeline.tell('services', `${title} hangs`);
    await run.clock.sleep(2 * software.draft.maxRunMinutes * 60_000);
    // One that the client does not know is ended by somebody else.
    if (own.known) await run.clock.sleep(forEverMs);
    ledger.ends(1, own);
    return 1;
  }
  if (outcome.does === 'all' && software.draft.registered) {
    const installed = action !== 'uninstall';
    machine.software.dpkg?.set(itemFolder(software.item), { installed, version: `${software.version}.0` });
  }
  timeline.tell('services', `${title} ends with ${outcome.code}`);
  ledger.ends(outcome.code, own);
  if (outcome.code === restartsItself) {
    const bootId = machine.boot.id();
    machine.clock.schedule(restartDelayMs, () => {
      if (machine.boot.id() === bootId) restartMachine(world);
    });
  }
  return outcome.code;
}
