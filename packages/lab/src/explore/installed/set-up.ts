/** Set-ups of an explored machine: asked for by people, gone on with by their hook. */
import { plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import { HoldfastError, isHoldfastError, setupExit } from '@holdfast/contract';
import { setupHost, siteAddress } from '../../flows/client-setup/world.ts';
import type { World } from '../world.ts';
import type { Installed } from './installed.ts';

/** Milliseconds after which a set-up that broke is started by its hook, and after which people ask again. */
const hookMs = 60_000;
const peopleMs = 5 * 60_000;
/** Milliseconds for which an enrolment waits for the service to leave the folder. */
const leavingMs = 60_000;

/** Goes on with what is under way. With `asked` somebody has the bootstrap run, over whatever is there. */
export function runBootstrap(world: World, installed: Installed, asked = false): void {
  installed.setUpAsked ||= asked;
  if (installed.setUpRuns) return;
  const { machine, timeline, broken } = world;
  const bootId = machine.boot.id();
  const later = (ms: number) => {
    machine.clock.schedule(ms, () => {
      if (machine.boot.id() === bootId) runBootstrap(world, installed);
    });
  };
  if (installed.reinstalls) {
    later(peopleMs);
    return;
  }
  installed.setUpRuns = true;
  carryOut(world, installed).then(
    ({ exit, text }) => {
      installed.setUpRuns = false;
      timeline.tell('client', `a set-up ends with exit code ${exit}: ${text}`);
      installed.setUpAsked = exit !== setupExit.succeeded;
      if (installed.setUpAsked) later(peopleMs);
    },
    (thrown: unknown) => {
      installed.setUpRuns = false;
      timeline.tell('client', `a set-up breaks: ${String(thrown)}`);
      if (!isHoldfastError(thrown)) broken('I2', `a set-up ended without a code: ${String(thrown)}`);
      later(hookMs);
    },
  );
}

async function carryOut(world: World, installed: Installed) {
  const { site } = world;
  const request: SetupRequest = {
    ...plainRequest,
    managementPoints: [siteAddress],
    token: site.token,
  };
  const host = hostOf(world, installed);
  return await runSetup(host, installed.setUpAsked ? request : undefined);
}

function hostOf({ machine, timeline }: World, installed: Installed) {
  const plain = setupHost(machine, installed.release, {
    log: (line) => timeline.tell('client', `set-up: ${line}`),
  });
  const { clock } = plain.ports;
  const withClient: typeof plain.withClient = async (settings, version, work) => {
    const until = clock.monotonic() + leavingMs;
    while (installed.folderTaken) {
      if (machine.starters.get('service').active || clock.monotonic() > until) {
        throw new HoldfastError('client.running', 'The client works in this folder.');
      }
      await clock.sleep(1_000);
    }
    installed.folderTaken = true;
    try {
      return await plain.withClient(settings, version, work);
    } finally {
      installed.folderTaken = false;
    }
  };
  return { ...plain, withClient };
}
