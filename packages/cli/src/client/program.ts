/** The program `holdfast-client`: its verbs, each in a file of its own, and what becomes of their errors. */
import { Command } from 'commander';
import { runProgram } from '../run-program.ts';
import type { Surroundings } from '../terminal.ts';
import { type ClientVerbs, clientVerbs } from './verbs/client-verb.ts';
import { componentsVerb, repairVerb, verifyVerb } from './verbs/components.ts';
import { enrolVerb } from './verbs/enrol.ts';
import { healthVerb } from './verbs/health.ts';
import { installVerb } from './verbs/install.ts';
import { runVerb } from './verbs/run.ts';
import { screenVerb } from './verbs/screen.ts';
import { serviceVerb } from './verbs/service.ts';
import { startersVerb } from './verbs/starters.ts';
import { statusVerb } from './verbs/status.ts';
import { selfTestVerb, versionsVerb } from './verbs/versions.ts';

/** In the order in which --help shows them. */
const verbs: readonly ((verbs: ClientVerbs) => void)[] = [
  enrolVerb,
  runVerb,
  serviceVerb,
  statusVerb,
  healthVerb,
  installVerb,
  startersVerb,
  screenVerb,
  componentsVerb,
  verifyVerb,
  repairVerb,
  versionsVerb,
  selfTestVerb,
];

/** The program with all its verbs. */
export function clientProgram(surroundings: Surroundings): Command {
  const program = new Command('holdfast-client');
  const adding = clientVerbs(program, surroundings);
  for (const add of verbs) add(adding);
  return program;
}

/** Runs one command line; answers the exit code. */
export function runClientProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(clientProgram(surroundings), words, surroundings);
}
