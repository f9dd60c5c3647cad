/** Carries out the steps in their order: neighbours that cannot see each other together. */

import { forEachSideBySide } from '../pool.ts';
import type { Bench, Numbered } from './bench.ts';
import { installerErrors, installerFailure } from './failure.ts';
import { parentOf } from './kept-files.ts';
import { apply, look } from './operations/all.ts';
import { makeFolders } from './operations/create-folder.ts';
import type { Step } from './steps.ts';

type One = Numbered<Step>;
type Of<Kind extends Step['kind']> = Extract<One, { kind: Kind }>;

const isPlacing = (step: One): step is Of<'place-file'> => step.kind === 'place-file';
const isRegistry = (step: One): step is Of<'change-registry'> => step.kind === 'change-registry';

/** Kinds that look at no key of the registry: changes of the registry may wait until they are done. */
const blind: ReadonlySet<Step['kind']> = new Set([
  'create-folder',
  'remove-folder',
  'place-file',
  'remove-file',
  'change-registry',
]);

/** Steps that are done together, and the action that they are done for. */
export type Batch = { readonly steps: readonly [One, ...One[]] };

/**
 * Takes the steps apart into what is done at one time: files that follow each other, and all changes of the registry
 * between two steps that could see them.
 */
export function batchesOf(steps: readonly One[]): readonly Batch[] {
  const batches: Batch[] = [];
  let files: One[] = [];
  let registry: One[] = [];
  const close = (those: readonly One[]) => {
    const [first, ...others] = those;
    if (first !== undefined) batches.push({ steps: [first, ...others] });
  };
  for (const step of steps) {
    if (isPlacing(step)) {
      // A file that comes twice comes one after the other.
      const path = step.path.toLowerCase();
      if (files.some((one) => isPlacing(one) && one.path.toLowerCase() === path)) {
        close(files);
        files = [];
      }
      files.push(step);
      continue;
    }
    if (step.kind !== 'remove-file' && !isRegistry(step)) {
      close(files);
      files = [];
    }
    if (isRegistry(step)) {
      registry.push(step);
      continue;
    }
    if (!blind.has(step.kind)) {
      close(registry);
      registry = [];
    }
    close([step]);
  }
  close(files);
  close(registry);
  return batches;
}

/** Places files, each at one stroke: the folders are made before, the higher ones first, and synced once for all. */
async function placeAll(placings: readonly Of<'place-file'>[], bench: Bench): Promise<void> {
  const { files } = bench.host;
  await makeFolders([...new Set(placings.flatMap(({ missing }) => missing))], bench);
  await forEachSideBySide(placings, (step) => apply(step, bench));
  const folders = new Set(placings.map(({ path }) => parentOf(path)));
  await forEachSideBySide([...folders, bench.area.path], (folder) => files.sync(folder));
}

async function applyBatch({ steps }: Batch, bench: Bench): Promise<void> {
  const [first] = steps;
  if (isPlacing(first)) {
    await placeAll(steps.filter(isPlacing), bench);
    return await forEachSideBySide(steps, (step) => look(step, bench));
  }
  if (isRegistry(first)) {
    const changes = steps.filter(isRegistry).flatMap((step) => step.changes);
    return await apply({ ...first, changes }, bench);
  }
  await apply(first, bench);
}

/** What a failure says that it was about. */
export function subjectOf(step: Step): string {
  if ('path' in step) return step.path;
  if ('name' in step) return step.name;
  if (step.kind === 'run-program') return step.customAction.id;
  if (step.kind === 'put-service') return step.configuration.name;
  if (step.kind === 'change-registry') return step.changes[0]?.place.key ?? '';
  return step.kind === 'create-folder' ? (step.missing.at(-1) ?? '') : '';
}

/**
 * Carries out all steps. `began` hears of a batch before it, `done` after it.
 * @throws whatever failed, with nothing more under way
 */
export async function applyAll(
  steps: readonly One[],
  bench: Bench,
  tell: {
    began(batch: Batch): Promise<void>;
    done(batch: Batch): void;
  },
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const batch of batchesOf(steps)) {
    if (signal?.aborted) throw installerFailure(installerErrors.cancelled, [], 'It was cancelled.');
    await tell.began(batch);
    await applyBatch(batch, bench);
    tell.done(batch);
  }
}
