/** A site and a real Linux client of it for one test file; both go when the tests have ended. */
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type ClientProcess, startClient } from './client.ts';
import { temporaryFolder } from './folders.ts';
import { startTestSite, type TestSite } from './site.ts';

export type SiteWithClient = {
  /** Path of a folder for what the tests make. */
  readonly folder: string;
  /** There once the tests run. */
  readonly running: TestSite;
  readonly client: ClientProcess;
};

/** @param skip why the tests of this file are skipped: nothing is started then */
export function useSiteWithClient(skip: string | false): SiteWithClient {
  const folder = temporaryFolder();
  let running: TestSite | undefined;
  let client: ClientProcess | undefined;
  before(async () => {
    if (skip !== false) return;
    running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
    client = await startClient(folder.path, running.site.managementPointUrl, running.token);
  });
  after(async () => {
    await client?.stop();
    await running?.site.close();
    folder.remove();
  });
  const started = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('it is started before the first test');
    return what;
  };
  return {
    folder: folder.path,
    get running() {
      return started(running);
    },
    get client() {
      return started(client);
    },
  };
}
