/** The two ends of an installation: everything undone, or everything finished. Both go on after a power cut. */

import { forEachSideBySide } from '../pool.ts';
import { batchesOf } from './apply.ts';
import { removeArea } from './area.ts';
import type { Bench, Numbered } from './bench.ts';
import { finish, undo } from './operations/all.ts';
import type { Step } from './steps.ts';

/** Times that an end is tried before it is left to the next start of the installer. */
const attempts = 3;

type Attempt = { readonly ended: true } | { readonly ended: false; readonly thrown: unknown };

export function numbered(steps: readonly Step[]): readonly Numbered<Step>[] {
  return steps.map((step, number) => ({ ...step, number }));
}

async function attempted(work: () => Promise<void>): Promise<Attempt> {
  let thrown: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      await work();
      return { ended: true };
    } catch (failure) {
      thrown = failure;
    }
  }
  return { ended: false, thrown };
}

async function close({ host, area, journal }: Bench): Promise<void> {
  await journal.close();
  await removeArea(host.files, area);
}

/** Undoes every step, the last first, whether it was done or not. */
export async function undoAll(
  bench: Bench,
  progress: (done: number, total: number) => void,
): Promise<Attempt> {
  const batches = batchesOf(numbered(bench.journal.state.steps).toReversed());
  const undone = await attempted(async () => {
    for (const [done, { steps }] of batches.entries()) {
      const [first] = steps;
      if (first.kind === 'change-registry') {
        const changes = steps.flatMap((step) => (step.kind === first.kind ? step.undo : []));
        await undo({ ...first, undo: changes }, bench);
      } else for (const step of steps) await undo(step, bench);
      progress(done + 1, batches.length);
    }
  });
  return undone.ended ? await attempted(() => close(bench)) : undone;
}

function depthOf(step: Step): number {
  return step.kind === 'remove-folder' ? step.path.split('\\').length : 0;
}

/** Brings about what had to wait for the commit: removals, files in use, programs of commit, in this order. */
export async function finishAll(
  bench: Bench,
  progress: (done: number, total: number) => void,
): Promise<Attempt> {
  const steps = numbered(bench.journal.state.steps);
  const isFile = (step: Step) => step.kind === 'remove-file' || step.kind === 'place-file';
  const folders = steps
    .filter(({ kind }) => kind === 'remove-folder')
    .sort((one, other) => depthOf(other) - depthOf(one));
  const finished = await attempted(async () => {
    await forEachSideBySide(steps.filter(isFile), (step) => finish(step, bench));
    for (const step of folders) await finish(step, bench);
    for (const step of steps) if (step.kind === 'run-program') await finish(step, bench);
    progress(steps.length, steps.length);
  });
  return finished.ended ? await attempted(() => close(bench)) : finished;
}
