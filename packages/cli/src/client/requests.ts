/** What other processes ask of the client that runs: it watches a folder, and does what lies in it. */
import { watch } from 'node:fs';
import { takeHealthRequest } from './health-request.ts';
import { requestsFolder, takeRequests } from './settings.ts';
import type { OpenedClient } from './verbs/client-verb.ts';

/** Hands on what `install` and `health --evaluate` ask for while this client runs; ends with the signal. */
export function serveRequests(
  opened: Pick<OpenedClient, 'client' | 'folder'>,
  signal: AbortSignal,
  log: (text: string) => void,
): void {
  const look = async () => {
    for (const id of await takeRequests(opened.folder)) {
      await opened.client
        .requestInstall(id)
        .catch((thrown: unknown) => log(`install ${id}: ${String(thrown)}`));
    }
    if (await takeHealthRequest(opened.folder)) await opened.client.evaluate('request', signal);
  };
  const failed = (thrown: unknown) => log(`requests: ${String(thrown)}`);
  requestsFolder(opened.folder)
    .then((path) => {
      watch(path, { signal, persistent: false }, () => void look().catch(failed)).on('error', failed);
      return look();
    })
    .catch(failed);
}
