/** `holdfast lab`: scenarios on simulated machines, in virtual time. */
import { scenarios } from '@holdfast/lab';
import type { Command } from 'commander';
import type { Surroundings } from '../terminal.ts';
import { crashVerb } from './lab/crash.ts';
import { exploreVerb } from './lab/explore.ts';
import { fleetVerb } from './lab/fleet.ts';
import { replayVerb } from './lab/replay.ts';
import { runVerb } from './lab/run.ts';
import { localVerb, runLocal } from './verb.ts';

function listText(): string {
  return scenarios
    .map(({ name, title, profiles }) =>
      [`${name}  ${title}`, ...profiles.map((one) => `  --profile ${one.name}  ${one.summary}`)].join('\n'),
    )
    .join('\n');
}

export function labVerbs(program: Command, surroundings: Surroundings): void {
  const lab = program.command('lab').description('simulated machines: scenarios that anybody can run again');
  const list = localVerb(lab, 'list', 'list the scenarios and their profiles', [
    'lab list',
    'lab list --json',
  ]);
  runLocal(list, surroundings, async (session) => {
    const facts = scenarios.map(({ name, title, profiles }) => ({ name, title, profiles }));
    session.answer({ scenarios: facts }, listText);
  });
  runVerb(lab, surroundings);
  fleetVerb(lab, surroundings);
  exploreVerb(lab, surroundings);
  replayVerb(lab, surroundings);
  crashVerb(lab, surroundings);
}
