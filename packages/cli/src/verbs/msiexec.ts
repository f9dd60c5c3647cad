/** `holdfast msiexec`: what msiexec does, on a Windows that lies in a folder. */
import { type HoldfastError, installerExit, isHoldfastError } from '@holdfast/contract';
import { exitCodes } from '@holdfast/msi';
import type { Command } from 'commander';
import { AnsweredWith } from '../answered-no.ts';
import { coded } from '../run-program.ts';
import { errorText, plain, type Surroundings } from '../terminal.ts';
import { rootFolder } from './msi/words.ts';
import { type Installed, install } from './msiexec/install.ts';
import { readWords } from './msiexec/words.ts';
import { localVerb, runLocal, type Session } from './verb.ts';

/** Exit codes of msiexec for what is thrown before an installation begins. */
function exitCodeOf(error: HoldfastError): number {
  const told = error.details.exitCode;
  if (typeof told === 'number') return told;
  if (isHoldfastError(error, 'installer.running')) return exitCodes.anotherRunning;
  if (isHoldfastError(error, 'command.invalid', 'request.invalid')) return exitCodes.badCommandLine;
  if (isHoldfastError(error, 'msi.transform-unfit')) return exitCodes.transformUnfit;
  if (isHoldfastError(error, 'msi.invalid', 'msi.limit')) return exitCodes.packageInvalid;
  return exitCodes.fatal;
}

function shown({ product, result, recovered }: Installed): string {
  const { exitCode, cause, passedOver, restart } = result;
  return [
    ...recovered.map(
      ({ productName, outcome }) =>
        `An installation of ${productName} that was broken off is ${outcome === 'done' ? 'finished' : 'undone'}.`,
    ),
    `${product.name} ${product.version}: ${installerExit(exitCode)?.meaning ?? 'ended'} (exit code ${exitCode}).`,
    ...(cause === undefined ? [] : [`  ${cause.action}: error ${cause.installerError}: ${cause.message}`]),
    ...(result.outcome === 'undone' ? ['  Everything is as it was before.'] : []),
    ...(result.outcome === 'later' ? ['  What is left is done when the installer is next started.'] : []),
    ...passedOver.map(({ action, reason }) => `  Passed over: ${action}: ${reason}`),
    ...restart.map((reason) => `  Restart: ${reason}`),
    ...(exitCode === exitCodes.restartNeeded ? ['  This installer never restarts the machine itself.'] : []),
  ]
    .map(plain)
    .join('\n');
}

/** Errors end with the exit code of msiexec too. */
async function withExitCodes(
  session: Session,
  surroundings: Surroundings,
  work: () => Promise<number>,
): Promise<void> {
  let exitCode: number;
  try {
    exitCode = await work();
  } catch (thrown) {
    const error = coded(thrown);
    surroundings.error(errorText(error, session.json, 'holdfast msiexec'));
    exitCode = exitCodeOf(error);
  }
  if (exitCode !== exitCodes.success) throw new AnsweredWith(exitCode);
}

export function msiexecVerb(program: Command, surroundings: Surroundings): void {
  const verb = localVerb(
    program,
    'msiexec [words...]',
    'install, repair or remove a product as msiexec does, on a Windows in a folder',
    [
      "msiexec /i client.msi /L*v 'c:\\repair.log' REINSTALLMODE=vmeus REINSTALL=ALL --root DIR",
      'msiexec /i putty.msi /qn INSTALLDIR="C:\\Tools\\PuTTY" --root DIR',
      'msiexec /x {0AB1C2D3-0000-4000-8000-000000000001} /qn --root DIR',
      'msiexec /fvomus client.msi --root DIR --json',
    ],
  )
    .option(
      '--root <folder>',
      'the Windows: a folder with drive_c, system.reg and user.reg in it, as Wine keeps one',
    )
    .option(
      '--pass-over-actions',
      'pass over vital custom actions that cannot run here; without it they fail the installation',
    )
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
The words are those of msiexec, each option with / or -: /i /x /f[poedcamusv] /a, /l[letters] FILE, /q..., PROPERTY=VALUE.
A package and a log are named by a path of this machine or of that Windows (c:\\...). Nothing is ever asked, and the
machine is never restarted. The exit code is the one of msiexec (0, 1603, 1605, 1618, 3010, ...); where the system keeps
only eight bits of it, as Linux does, --json tells all of it.`,
    );
  runLocal(verb, surroundings, (session, words, options) =>
    withExitCodes(session, surroundings, async () => {
      const root = rootFolder(options, 'install in');
      const installed = await install(readWords(words), {
        root,
        passOverVitalActions: options.passOverActions === true,
        signal: surroundings.stopped,
        note: session.note,
      });
      session.answer({ ...installed.product, ...installed.result, recovered: installed.recovered }, () =>
        shown(installed),
      );
      return installed.result.exitCode;
    }),
  );
}
