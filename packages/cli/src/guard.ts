/** The thread that watches over a version on trial, with code of the launcher's: see `guardTrial`. */
import { setDefaultCACertificates } from 'node:tls';
import { workerData } from 'node:worker_threads';
import { guardTrial, type SiteAnswer, witness } from '@holdfast/client/versions';
import type { GuardOrder } from './launcher/trial.ts';
import { thisMachine } from './this-machine.ts';

// Nobody is trusted but the site's own authority.
setDefaultCACertificates([]);

const { stateFolder, beats } = workerData as GuardOrder;
const machine = thisMachine();
const seconds = (ms: number) => Math.floor(ms / 1000);

await guardTrial(
  machine,
  {
    sight: () => ({
      beats: Atomics.load(beats, 0),
      // Of the whole process, as the system counts it.
      memory: process.memoryUsage.rss(),
      processorMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
      activeMs: Atomics.load(beats, 2),
      clockAheadMs: (Atomics.load(beats, 1) - seconds(Date.now())) * 1000,
    }),
    site: (): Promise<SiteAnswer> => witness(machine, stateFolder),
    end: async () => {
      process.kill(process.pid, 'SIGKILL');
    },
  },
  {
    stateFolder,
    signal: new AbortController().signal,
    log: (text) => process.stderr.write(`holdfast-client: ${text}\n`),
  },
);
machine.close();
