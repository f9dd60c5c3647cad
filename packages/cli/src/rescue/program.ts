/** The program of the second starter: its verbs and their options. */
import { resolve } from 'node:path';
import { type RescueReport, rescue } from '@holdfast/client';
import { HoldfastError, holdfastVersion } from '@holdfast/contract';
import { Command } from 'commander';
import { releaseKey } from '../client/release-key.ts';
import { makeFolder, settingsIn, standardFolder } from '../client/settings.ts';
import { runProgram } from '../run-program.ts';
import { whileNoSetUp } from '../setup/lock.ts';
import type { Surroundings } from '../terminal.ts';
import { facts, plain, when } from '../terminal.ts';
import { localVerb, runLocal, type Session, text } from '../verbs/verb.ts';
import { type Bundle, collectBundle, storeBundle } from './bundle.ts';
import { rescueMachine } from './machine.ts';
import { type LastRun, lastRun } from './status.ts';

const name = 'holdfast-rescue';

/** The program with all its verbs. */
export function rescueProgram(surroundings: Surroundings): Command {
  const program = new Command(name).description(
    'The second starter of the Holdfast client: looks whether it lives, and brings it back where it does not.',
  );
  const standard = standardFolder(surroundings.environment);
  const verb = (usage: string, summary: string, examples: readonly string[], isDefault = false) =>
    localVerb(program, usage, summary, examples, name, isDefault).option(
      '--folder <folder>',
      'state folder of the client',
      standard,
    );
  const folderOf = (options: Record<string, unknown>) => resolve(text(options, 'folder') ?? standard);

  const run = verb(
    'run',
    'look, and do what is to be done (what is done without a verb)',
    ['run', '--dry-run --json'],
    true,
  )
    .option('--dry-run', 'look and decide, and change nothing')
    .option('--self-test', 'prove that this program starts, and do nothing');
  runLocal(run, surroundings, async (session, _values, options) => {
    if (options.selfTest === true) return session.answer({ works: true }, () => 'works');
    await runVerb(session, folderOf(options), options.dryRun === true);
  });

  const status = verb('status', 'what the second starter did last', ['status', 'status --json']);
  runLocal(status, surroundings, async (session, _values, options) => {
    const last = await lastRun(folderOf(options));
    session.answer(last, () => statusText(last));
  });

  const bundle = verb(
    'bundle',
    'collect what is known of this client for a problem report: no keys, no tokens',
    ['bundle --output problem.json'],
  ).option(
    '--output <file>',
    'file that is written, readable for this account alone; standard output otherwise',
  );
  runLocal(bundle, surroundings, async (session, _values, options) => {
    const collected: Bundle = await collectBundle(folderOf(options));
    const output = text(options, 'output');
    if (output === undefined) return session.surroundings.out(`${JSON.stringify(collected, null, 2)}\n`);
    await storeBundle(resolve(output), collected);
    session.answer({ output: resolve(output) }, () => `collected  ${resolve(output)}`);
  });
  return program;
}

async function runVerb(session: Session, folder: string, dryRun: boolean): Promise<void> {
  const { machine, installFolder } = rescueMachine();
  try {
    const { starters } = machine;
    if (!starters) {
      throw new HoldfastError(
        'system.not-ready',
        'There is no service manager here that could start a client.',
      );
    }
    await makeFolder(folder);
    // Without settings nobody can be told; the client is started all the same, and waits for its enrolment.
    const settings = await settingsIn(folder).catch(() => undefined);
    const report = await rescue(
      { ...machine, starters },
      {
        folder,
        installFolder,
        site: settings?.site ?? null,
        version: holdfastVersion,
        releaseKey,
        alone: (work) => whileNoSetUp(folder, machine, work),
        dryRun,
        log: (line) => session.note(plain(line)),
      },
    );
    session.answer(report, () => reportText(report));
  } finally {
    machine.close();
  }
}

function reportText({ seen, decision, outcome }: RescueReport): string {
  const { service, second, answers, pulse } = seen;
  const state = ({ reason }: { readonly reason: string }) => (reason === '' ? 'in order' : reason);
  return facts([
    ['service', state(service)],
    ['answers', answers ? 'yes' : 'no'],
    ['pulse', pulse === null ? 'none' : when(pulse.wall)],
    ['second starter', state(second)],
    ['decision', decision.kind === 'act' ? decision.act : decision.kind],
    ['reason', decision.kind === 'well' ? undefined : decision.reason],
    [
      'outcome',
      outcome === null ? undefined : outcome.lives ? 'the client lives' : 'the client does not live',
    ],
    ['error', outcome?.error ?? undefined],
    ['code', outcome?.code ?? undefined],
  ]);
}

const actText = ({ act, error }: LastRun['record']['acts'][number]) =>
  error === undefined ? act : `${act} (${error})`;

function statusText({ record, pulse }: LastRun): string {
  return facts([
    ['last run', when(record.ranAt)],
    ['acts since the client was well', record.acts.map(actText).join(', ') || 'none'],
    ['pulse of the client', pulse === null ? 'none' : when(pulse.wall)],
  ]);
}

/** Runs one command line; answers the exit code. */
export function runRescueProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(rescueProgram(surroundings), words, surroundings);
}
