/** The program `holdfast` with all its verbs. */
import { Command } from 'commander';
import { runProgram } from './run-program.ts';
import type { Surroundings } from './terminal.ts';
import { cabinetVerbs } from './verbs/cab.ts';
import { clientVerbs } from './verbs/client.ts';
import { collectionVerbs } from './verbs/collection.ts';
import { deploymentVerbs } from './verbs/deployment.ts';
import { loginVerbs } from './verbs/login.ts';
import { msiVerbs } from './verbs/msi/msi.ts';
import { packageVerbs } from './verbs/package.ts';
import { programVerbs } from './verbs/program.ts';
import { siteVerbs } from './verbs/site.ts';
import { statusVerbs } from './verbs/status.ts';
import { tokenVerbs } from './verbs/token.ts';

/** The program with all its verbs, as commander sees it. */
export function holdfastProgram(surroundings: Surroundings): Command {
  const program = new Command('holdfast')
    .description('Systems management whose clients survive their own upgrades.')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast site init --config site.yaml\n  holdfast login --site http://127.0.0.1:8080 --api-key KEY\n  holdfast client list',
    );
  siteVerbs(program, surroundings);
  loginVerbs(program, surroundings);
  clientVerbs(program, surroundings);
  tokenVerbs(program, surroundings);
  collectionVerbs(program, surroundings);
  packageVerbs(program, surroundings);
  programVerbs(program, surroundings);
  msiVerbs(program, surroundings);
  deploymentVerbs(program, surroundings);
  statusVerbs(program, surroundings);
  cabinetVerbs(program, surroundings);
  return program;
}

/** Runs one command line; answers the exit code. */
export function runHoldfast(words: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(holdfastProgram(surroundings), words, surroundings);
}
