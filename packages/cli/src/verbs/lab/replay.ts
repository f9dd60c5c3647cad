/** `holdfast lab replay`: runs a file that `lab explore` has written, and tells the machine's life as a timeline. */
import { readFile } from 'node:fs/promises';
import { HoldfastError } from '@holdfast/contract';
import { type Exploration, readReplay, replay, timelineText } from '@holdfast/lab';
import type { Command } from 'commander';
import { AnsweredNo } from '../../answered-no.ts';
import type { Surroundings } from '../../terminal.ts';
import { argument, localVerb, runLocal } from '../verb.ts';

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new HoldfastError('not-found', `The file ${path} cannot be read.`, { cause });
  }
}

function replayedText({ timeline, finding, plan }: Exploration, columns: number | undefined): string {
  const verdict = finding ? `${finding.promise} is broken: ${finding.text}` : 'Every promise was kept.';
  return [timelineText(timeline, columns), '', `Seed ${plan.seed}. ${verdict}`].join('\n');
}

export function replayVerb(lab: Command, surroundings: Surroundings): void {
  const verb = localVerb(lab, 'replay <file>', 'run a file of `lab explore` again, with its timeline', [
    'lab replay seed-17.json',
    'lab replay seed-17.json --json',
  ]);
  runLocal(verb, surroundings, async (session, words) => {
    const exploration = await replay(readReplay(await read(argument(words, 0))));
    const { finding, steps, calls, timeline, plan } = exploration;
    const answer = { seed: plan.seed, finding: finding ?? null, steps, calls, timeline };
    session.answer(answer, () => replayedText(exploration, surroundings.columns));
    if (finding) throw new AnsweredNo();
  });
}
