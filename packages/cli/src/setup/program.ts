/** The program `holdfast-setup`: from its command line to its exit code. */
import { foreseeSetup, runSetup, type SetupEnd, type SetupRequest, setupUnderWay } from '@holdfast/client';
import { HoldfastError, holdfastVersion, isHoldfastError, setupExit } from '@holdfast/contract';
import { makeFolder } from '../client/settings.ts';
import { coded } from '../run-program.ts';
import { errorText, facts, jsonText, plain, type Surroundings } from '../terminal.ts';
import type { SetupCommand } from './command.ts';
import { readCommandLine } from './command-line.ts';
import { helpText } from './help.ts';
import { type OpenedHost, openHost, openLog, placesOf, removeEmptyFolders } from './host.ts';
import { setupLock, whileNoSetUp } from './lock.ts';

const programName = 'holdfast-setup';

/** Runs one command line; answers one of `setupExit`. Errors go to standard error, as JSON with --json. */
export async function runSetupProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const json = words.some((word) => /^(?:\/|--?)json$/i.test(word));
  try {
    const command = readCommandLine(words);
    if (command.kind === 'help') surroundings.out(helpText);
    else if (command.kind === 'version') surroundings.out(`${holdfastVersion}\n`);
    else return await carryOut(command, surroundings);
    return setupExit.succeeded;
  } catch (thrown) {
    const error = coded(thrown);
    surroundings.error(errorText(error, json, programName));
    return isHoldfastError(error, setupLock.code) ? setupExit.alreadyRunning : setupExit.failed;
  }
}

async function carryOut(command: SetupCommand, surroundings: Surroundings): Promise<number> {
  const places = await placesOf(command, surroundings);
  await makeFolder(places.state);
  const write = openLog(places.state);
  const log = (line: string) => {
    write(line);
    surroundings.error(`${plain(line)}\n`);
  };
  const opened = openHost(places, surroundings, log);
  try {
    const request = withToken(command.request, surroundings);
    if (command.dryRun) return await foresee(command, opened, request, surroundings);
    const end = await inFolder(command, opened, request, surroundings);
    // What goes on may be an uninstall, too.
    const mayBeGone = request.intent === 'uninstall' || command.goOn;
    if (mayBeGone && end.exit === setupExit.succeeded) await removeEmptyFolders(places);
    log(`exit ${end.exit}: ${end.text}`);
    report(command, end, surroundings);
    return end.exit;
  } finally {
    opened.close();
  }
}

/** The environment is read by nobody but this account; a command line is read by all. */
function withToken(request: SetupRequest, { environment }: Surroundings): SetupRequest {
  const token = request.token ?? environment.HOLDFAST_TOKEN?.trim();
  return token ? { ...request, token } : request;
}

/** One set-up at a time. */
async function inFolder(
  command: SetupCommand,
  { host, canHandOver }: OpenedHost,
  request: SetupRequest,
  { stopped }: Surroundings,
): Promise<SetupEnd> {
  return await whileNoSetUp(host.places.state, host.ports, async () => {
    try {
      const goesOn = command.goOn || (!command.isAsked && (await setupUnderWay(host)));
      const handOver = !goesOn && (command.service ?? process.platform === 'win32') && canHandOver;
      if (command.service && !handOver) host.log('Nothing here could take the work over: it is done now.');
      return await runSetup(host, goesOn ? undefined : request, { signal: stopped, handOver });
    } catch (thrown) {
      if (!stopped.aborted || isHoldfastError(thrown)) throw thrown;
      throw new HoldfastError(
        'system.busy',
        'The set-up was stopped; what it has done stays, and it goes on from there.',
      );
    }
  });
}

async function foresee(
  command: SetupCommand,
  { host }: OpenedHost,
  request: SetupRequest,
  surroundings: Surroundings,
): Promise<number> {
  const plan = await foreseeSetup(host, request);
  const { install, state, root } = host.places;
  const answer = {
    ...plan,
    install,
    state,
    root,
    asked: { ...request, token: request.token === null ? null : 'given' },
  };
  surroundings.out(
    command.json
      ? `${jsonText(answer, 2)}\n`
      : `${facts([
          ['would', plan.intent],
          ['installed', plan.installed ?? '-'],
          ['enrolled', plan.enrolled ? 'yes' : 'no'],
          ['install folder', install],
          ['state folder', state],
          ['phases', plan.phases.join(', ') || 'none'],
        ])}\n`,
  );
  return setupExit.succeeded;
}

function report({ json }: SetupCommand, end: SetupEnd, surroundings: Surroundings): void {
  if (json) surroundings.out(`${jsonText(end)}\n`);
  else if (end.error === undefined) surroundings.out(`${plain(end.text)}\n`);
  else surroundings.error(errorText(new HoldfastError(end.error, end.text), false, programName));
}
