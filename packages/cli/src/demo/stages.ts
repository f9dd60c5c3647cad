/** What the demonstration waits for: the client's own messages as the site has them, and the file itself. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError, type StatusName, type StatusRow, statusCode } from '@holdfast/contract';
import type { Api } from '../api.ts';
import { statusFeed } from '../status-feed.ts';
import { plain } from '../terminal.ts';
import type { Sandbox } from './client-process.ts';
import { samplePath } from './sample.ts';

export type Say = (text: string) => void;

export type Watch = {
  /**
   * Prints the messages as they come until this one has come.
   * @throws HoldfastError `process.timeout` when it has not by the end of the bound
   */
  until(name: StatusName): Promise<StatusRow>;
  close(): void;
};

/** Follows one client's messages about one deployment; `bound` is in milliseconds for all that is waited for. */
export function watchDeployment(
  api: Api,
  filter: { clientId: string; deploymentId: string },
  after: number,
  options: { bound: number; say: Say; stopped: AbortSignal; failed: Promise<never> },
): Watch {
  const bound = AbortSignal.timeout(options.bound);
  const left = new AbortController();
  const rows = statusFeed(api, filter, after, AbortSignal.any([bound, options.stopped, left.signal]));
  return {
    async until(name) {
      for (;;) {
        const next = await Promise.race([rows.next(), options.failed]).catch((thrown: unknown) => {
          if (!bound.aborted) throw thrown;
          throw new HoldfastError(
            'process.timeout',
            `The client did not report ${name} (${statusCode(name)}) within ${options.bound / 1000} s.`,
          );
        });
        if (next.done) throw new HoldfastError('network.unreachable', 'The site has closed the live feed.');
        options.say(`client: ${plain(next.value.text)}`);
        if (next.value.code === statusCode(name)) return next.value;
      }
    },
    close() {
      // A read that still waits ends with this; nobody listens to it any more.
      left.abort();
    },
  };
}

/** The installed file, read from the sandbox itself; undefined where it is missing. */
export async function installedFile(sandbox: Sandbox): Promise<string | undefined> {
  return readFile(join(sandbox.root, samplePath), 'utf8').catch(() => undefined);
}

export async function breakInstallation(sandbox: Sandbox): Promise<void> {
  await rm(join(sandbox.root, samplePath));
}
