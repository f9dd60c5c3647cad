/** A thread of `holdfast lab fleet`: runs its share of the fleet, and says each hour. */
import { workerData } from 'node:worker_threads';
import { type FleetOptions, runFleet } from '@holdfast/lab';
import { answerFor } from './threads.ts';

// Whoever starts this thread gives it exactly these.
await answerFor((progress) => runFleet(workerData as FleetOptions, progress));
