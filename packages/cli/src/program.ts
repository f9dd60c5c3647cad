/** The program `holdfast` with its verbs, loaded when they are asked for. */
import { Command } from 'commander';
import { runProgram } from './run-program.ts';
import type { Surroundings } from './terminal.ts';

type AddVerbs = (program: Command, surroundings: Surroundings) => void;

/** Verbs that are loaded together, by the words that begin their command lines; in the order of the help. */
const families: readonly { readonly words: readonly string[]; readonly load: () => Promise<AddVerbs> }[] = [
  { words: ['site'], load: async () => (await import('./verbs/site.ts')).siteVerbs },
  { words: ['login', 'logout'], load: async () => (await import('./verbs/login.ts')).loginVerbs },
  { words: ['client'], load: async () => (await import('./verbs/client.ts')).clientVerbs },
  { words: ['release'], load: async () => (await import('./verbs/release.ts')).releaseVerbs },
  { words: ['takeover'], load: async () => (await import('./verbs/takeover.ts')).takeoverVerbs },
  { words: ['token'], load: async () => (await import('./verbs/token.ts')).tokenVerbs },
  { words: ['collection'], load: async () => (await import('./verbs/collection.ts')).collectionVerbs },
  { words: ['package'], load: async () => (await import('./verbs/package.ts')).packageVerbs },
  { words: ['program'], load: async () => (await import('./verbs/program.ts')).programVerbs },
  { words: ['msi'], load: async () => (await import('./verbs/msi/msi.ts')).msiVerbs },
  { words: ['msiexec'], load: async () => (await import('./verbs/msiexec.ts')).msiexecVerb },
  {
    words: ['deploy', 'deployment'],
    load: async () => (await import('./verbs/deployment.ts')).deploymentVerbs,
  },
  { words: ['status', 'overview'], load: async () => (await import('./verbs/status.ts')).statusVerbs },
  { words: ['why'], load: async () => (await import('./verbs/why.ts')).whyVerb },
  { words: ['lab'], load: async () => (await import('./verbs/lab.ts')).labVerbs },
  { words: ['cab'], load: async () => (await import('./verbs/cab.ts')).cabinetVerbs },
];

/**
 * The program as commander sees it: with the verbs that a command line can mean by its first word, or with all of
 * them. Most of a short command is loading, and a verb over files needs nothing of what a verb over the API does.
 */
export async function holdfastProgram(surroundings: Surroundings, firstWord?: string): Promise<Command> {
  const program = new Command('holdfast')
    .description('Systems management whose clients survive their own upgrades.')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast site init --config site.yaml\n  holdfast login --site http://127.0.0.1:8080 --api-key KEY\n  holdfast client list',
    );
  const meant = families.filter(({ words }) => firstWord !== undefined && words.includes(firstWord));
  for (const { load } of meant.length > 0 ? meant : families) (await load())(program, surroundings);
  return program;
}

/** Runs one command line; answers the exit code. */
export async function runHoldfast(words: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(await holdfastProgram(surroundings, words[0]), words, surroundings);
}
