/** A Windows with client.msi on it and a site that hands its release out: for the suites of what the package does. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { ClientSummary, Page } from '@holdfast/contract';
import type { WineExit, WineProcess } from '../../packages/machine/wine/index.ts';
import { bundleForClient } from '../../scripts/build-client.ts';
import { type BuiltRelease, builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { treeFiles } from '../support/tree.ts';
import type { WineOfTests } from '../support/wine.ts';
import { type ClientMsi, clientMsi, installFolder } from './client-msi.ts';

/** The line that the documentation gives, to the letter but for the log's place and the silence. */
export const repairLine = ['/I', 'client.msi', 'REINSTALLMODE=vmeus', 'REINSTALL=ALL'];

/** What the service manager answers a program of an administrator. */
export type Asked = {
  readonly state: string | null;
  readonly tookMs: number;
  /** Where it was watched: when it ended, and the milliseconds until it ran again. */
  readonly away?: { readonly from: number; readonly ms: number };
};

export type PackagedClient = {
  readonly built: BuiltRelease;
  readonly running: TestSite;
  /** Nobody listens where the site was until the work has ended. */
  withoutSite(work: () => Promise<void>): Promise<void>;
  readonly msi: ClientMsi;
  /** Hashes of what the package installs, by path. */
  readonly whole: ReadonlyMap<string, string>;
  run(program: string, ...words: readonly string[]): Promise<WineExit>;
  /** `away` answers once the service has ended and runs again. */
  ask(word: 'stop' | 'start' | 'away'): Promise<Asked>;
  /** The clients that the site knows. */
  clients(): Promise<readonly ClientSummary[]>;
  /** Who this client says it is. */
  clientId(): Promise<string>;
  /** Makes it a client of the site: what is to be said with the package. */
  readonly siteWords: readonly string[];
  /** Installs with what is on the command line until the client is enrolled and verified. @returns seconds */
  install(...words: readonly string[]): Promise<number>;
  remove(...words: readonly string[]): Promise<void>;
  /** Every file of the client is as it was built, and its service runs. */
  assertWhole(): Promise<void>;
  /** The same, and so is all else that the client looks at. */
  assertAllWhole(): Promise<void>;
};

type Verified = { readonly whole: boolean; readonly components: readonly unknown[] };

/**
 * To be called in a `describe`: the Windows is there before its hooks run.
 * @param pollSeconds between two contacts of the client
 */
export function usePackagedClient(wine: WineOfTests, pollSeconds = 3600): PackagedClient {
  let built: BuiltRelease;
  let running: TestSite;
  let msi: ClientMsi;
  let whole: ReadonlyMap<string, string>;
  /** Program that asks the service manager. */
  let manager: string;
  /** Wine ends its services with the last program of a user. */
  let user: WineProcess;

  before(async () => {
    built = await builtRelease();
    const entry = join(import.meta.dirname, 'service-manager.ts');
    [running, manager] = await Promise.all([
      startTestSite({ dataFolder: join(wine.folder, 'site'), pollSeconds }),
      bundleForClient(entry, 'windows', join(wine.folder, 'manager')),
    ]);
    await offerRelease(running.api, built);
    msi = clientMsi(wine.prefix);
    cpSync(built.find('msi', 'windows').path, msi.linux('C:\\client.msi'));
    whole = treeFiles(join(built.folder, 'windows-x64'));
    user = wine.prefix.start('cmd', ['/c', 'ping -n 100000 127.0.0.1 >nul'], { timeoutMs: 0 });
  });
  after(async () => {
    user?.kill();
    await running?.site.close();
  });

  async function withoutSite(work: () => Promise<void>): Promise<void> {
    const { consoleUrl, managementPointUrl } = running.site;
    const [consolePort, managementPort] = [consoleUrl, managementPointUrl].map((url) =>
      Number(new URL(url).port),
    );
    await running.site.close();
    try {
      await work();
    } finally {
      const dataFolder = join(wine.folder, 'site');
      const ports = { consolePort: consolePort ?? 0, managementPort: managementPort ?? 0 };
      running = await startTestSite({ dataFolder, pollSeconds, isNew: false, ...ports });
    }
  }

  const clients = async () => (await running.api.get<Page<ClientSummary>>('/clients')).items;
  const verified = async () => (await msi.answer('verify')) as Verified;

  async function assertWhole(): Promise<void> {
    assert.deepEqual([...treeFiles(msi.linux(installFolder))], [...whole]);
    await msi.awaitRunning();
  }

  return {
    get built() {
      return built;
    },
    get running() {
      return running;
    },
    withoutSite,
    get msi() {
      return msi;
    },
    get whole() {
      return whole;
    },
    run: (program, ...words) => wine.prefix.run(program, words),
    async ask(word) {
      const { code, output } = await wine.prefix.runNode(manager, [word]);
      assert.equal(code, 0, output);
      return JSON.parse(output);
    },
    clients,
    clientId: async () => ((await msi.answer('status')) as { readonly clientId: string }).clientId,
    get siteWords() {
      return [`SITE=${running.site.managementPointUrl}`, `TOKEN=${running.token}`];
    },
    async install(...words) {
      const known = (await clients()).length;
      const began = performance.now();
      await msi.succeed('/i', ...words);
      const { whole: isWhole, components } = await verified();
      assert.equal((await clients()).length, known + 1, 'it is no client of its site');
      assert.ok(isWhole);
      assert.equal(components.length, 5);
      return (performance.now() - began) / 1000;
    },
    remove: (...words) => msi.succeed('/x', built.find('msi', 'windows').productCode ?? '', ...words),
    assertWhole,
    async assertAllWhole() {
      await assertWhole();
      assert.equal((await msi.client('starters', 'look')).code, 0);
      assert.equal((await verified()).whole, true);
      assert.equal(await msi.registryValue('Version'), built.release.version);
    },
  };
}
