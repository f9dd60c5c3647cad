/** A thread of `holdfast lab run --jobs`: lives its share of the seeds. */
import { workerData } from 'node:worker_threads';
import { HoldfastError } from '@holdfast/contract';
import { runSeeds, scenarios } from '@holdfast/lab';
import type { SeedShare } from './seeds.ts';
import { answerFor } from './threads.ts';

/** Milliseconds between two words of how far it is. */
const tellEveryMs = 500;

// Whoever starts this thread gives it exactly these.
const { scenario: name, profile, seeds, from, unshared } = workerData as SeedShare;
const scenario = scenarios.find((one) => one.name === name);
if (scenario === undefined) throw new HoldfastError('not-found', `There is no scenario ${name}.`);
await answerFor((progress) => {
  let told = performance.now();
  return runSeeds(scenario, profile, seeds, { from, unshared }, (done) => {
    if (performance.now() - told < tellEveryMs && done < seeds) return;
    told = performance.now();
    progress(done);
  });
});
