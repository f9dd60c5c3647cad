/** `--html FILE` of `lab run`: the timelines of one machine, drawn on a page of their own. */
import { basename, dirname, resolve } from 'node:path';
import { type Outcome, type Scenario, timelinePage } from '@holdfast/lab';
import { localDisk } from '@holdfast/machine';
import { plain } from '../../terminal.ts';
import { partsIn } from '../msi/build.ts';
import type { Session } from '../verb.ts';

/** A word as a shell takes it; a seed may be any text. */
function quoted(word: string): string {
  return /^[\w.,:@/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The page of outcomes of the same seed, one for each profile. */
function pageOf(scenario: Scenario, outcomes: readonly Outcome[], unshared: boolean): string {
  const { name, title, profiles } = scenario;
  const stories = outcomes.map((outcome) => ({
    ...outcome,
    summary: profiles.find((one) => one.name === outcome.profile)?.summary ?? '',
    replay: [
      `holdfast lab run ${name} --profile ${outcome.profile} --seed ${quoted(String(outcome.seed))}`,
      ...(unshared ? ['--unshared'] : []),
    ].join(' '),
  }));
  return timelinePage({ scenario: name, title, worldHash: outcomes[0]?.worldHash ?? '', stories });
}

/** Writes beside the file and renames, so that what is there is replaced by a whole page or not at all. */
async function writeWhole(path: string, page: string): Promise<void> {
  const name = basename(path);
  await using folder = await localDisk().open(dirname(path));
  await using parts = partsIn(folder, name);
  const part = await parts.create();
  await using file = part.file;
  await file.write(0, new TextEncoder().encode(page));
  await file.sync();
  await file.close();
  await parts.keep(part.name, { folder, name });
  await folder.sync();
}

/**
 * Draws the outcomes into a file, or with `-` on standard output.
 * @throws HoldfastError `disk.not-found` without its folder, and whatever else a disk answers
 */
export async function drawPage(
  session: Session,
  file: string,
  { scenario, outcomes, unshared }: { scenario: Scenario; outcomes: readonly Outcome[]; unshared: boolean },
): Promise<void> {
  const page = pageOf(scenario, outcomes, unshared);
  if (file === '-') {
    session.surroundings.out(page);
    return;
  }
  const path = resolve(file);
  await writeWhole(path, page);
  session.note(`Drawn in ${plain(path)}`);
}
