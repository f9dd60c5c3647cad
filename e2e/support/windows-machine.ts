/** A Windows of its own for a suite of the client's life: a site that hands the client out, and the bootstrap that it hands out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { ClientSummary, Page } from '@holdfast/contract';
import { clientNodeFlags } from '@holdfast/machine';
import {
  makeWinePrefix,
  toWindows,
  type WineExit,
  type WineOptions,
  type WinePrefix,
  type WineProcess,
} from '../../packages/machine/wine/index.ts';
import { temporaryFolder } from './folders.ts';
import { type BuiltRelease, builtRelease, offerRelease } from './release.ts';
import { startTestSite, type TestSite } from './site.ts';
import { treeFiles } from './tree.ts';

export const installFolder = 'C:\\Program Files\\Holdfast\\Client';
export const stateFolder = 'C:\\ProgramData\\Holdfast';
/** Where Wine keeps tasks: its schtasks says nothing of one. */
export const taskFolder = 'C:\\windows\\system32\\tasks\\Holdfast';

export type WindowsMachine = {
  readonly built: BuiltRelease;
  readonly running: TestSite;
  readonly prefix: WinePrefix;
  /** Folder for what a test makes. */
  readonly folder: string;
  /** Linux paths of a file of the client, and of one of its state. */
  client(path: string): string;
  state(path?: string): string;
  /** The bootstrap of the unpacked .tar.gz, with these words. */
  setup(words: readonly string[], options?: WineOptions): Promise<WineExit>;
  /** The same, not waited for. */
  startSetup(words: readonly string[], options?: WineOptions): WineProcess;
  /** Sets the client up as an administrator does, with the site's token. */
  setUp(...more: readonly string[]): Promise<WineExit>;
  serviceState(): Promise<string | undefined>;
  /** Until the service manager says so. */
  awaitService(state: string): Promise<void>;
  /** The clients that the site knows. */
  clients(): Promise<readonly ClientSummary[]>;
  /** Every file of the client is as it was built, and there is no other. */
  assertWhole(): void;
};

/** Milliseconds that a set-up may take, and the service to come to a state. */
const setupLimitMs = 180_000;
const serviceLimitMs = 60_000;

/** @param skip why the tests of this file are skipped: nothing is made then */
export function useWindowsMachine(skip: string | false): WindowsMachine {
  const folder = temporaryFolder();
  const boot = join(folder.path, 'boot');
  let prefix: WinePrefix;
  let built: BuiltRelease;
  let running: TestSite;
  /** Wine ends its services with the last program of a user. */
  let user: WineProcess;

  before(async () => {
    if (skip !== false) return;
    built = await builtRelease();
    prefix = await makeWinePrefix(join(folder.path, 'prefix'));
    running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
    await offerRelease(running.api, built);
    mkdirSync(boot);
    execFileSync('tar', ['-xzf', built.find('tar.gz', 'windows').path, '-C', boot]);
    user = prefix.start('ping', ['-n', '100000', '127.0.0.1'], { timeoutMs: 0 });
  });
  after(async () => {
    user?.kill();
    await prefix?.close();
    await running?.site.close();
    folder.remove();
  });

  const linux = (path: string) => prefix.toLinux(path);
  const client = (path: string) => linux(`${installFolder}\\${path}`);
  const line = (words: readonly string[]) => [
    '/c',
    toWindows(join(boot, 'bin/holdfast-setup.cmd')),
    ...words,
  ];
  const setup: WindowsMachine['setup'] = (words, options) =>
    prefix.run('cmd', line(words), { timeoutMs: setupLimitMs, ...options });
  const serviceState = async () => {
    const { output } = await prefix.run('sc', ['query', 'HoldfastClient']);
    return /STATE\s*:\s*\d+\s+(\w+)/.exec(output)?.[1];
  };

  return {
    get built() {
      return built;
    },
    get running() {
      return running;
    },
    get prefix() {
      return prefix;
    },
    folder: folder.path,
    client,
    state: (path = '') => linux(`${stateFolder}\\${path}`),
    setup,
    // Not through its script: what is ended is to be the bootstrap itself, and not the interpreter that waits for it.
    startSetup: (words, options) =>
      prefix.start(
        toWindows(join(boot, 'runtime/node.exe')),
        [...clientNodeFlags, toWindows(join(boot, 'seed/core/holdfast-setup.mjs')), ...words],
        { timeoutMs: setupLimitMs, ...options },
      ),
    setUp: (...more) =>
      setup(['/noservice', `/mp:${running.site.managementPointUrl}`, ...more, `TOKEN=${running.token}`]),
    serviceState,
    async awaitService(wanted) {
      const until = performance.now() + serviceLimitMs;
      for (;;) {
        const state = await serviceState();
        if (state === wanted) return;
        assert.ok(performance.now() < until, `the service is ${state}, not ${wanted}`);
      }
    },
    clients: async () => (await running.api.get<Page<ClientSummary>>('/clients')).items,
    assertWhole: () =>
      assert.deepEqual(
        [...treeFiles(linux(installFolder))],
        [...treeFiles(join(built.folder, 'windows-x64'))],
      ),
  };
}
