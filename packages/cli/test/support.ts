/** Runs the programs in this process, against a real site on free ports in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSite, type RunningSite, startSite } from '@holdfast/site';
import { runHoldfast } from '../src/program.ts';
import { siteOptions } from '../src/site-options.ts';
import type { Surroundings } from '../src/terminal.ts';
import { thisMachine } from '../src/this-machine.ts';

export type Outcome = { code: number; out: string; error: string };

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function surroundings(
  said: { out: string; error: string },
  other: Partial<Surroundings> = {},
): Surroundings {
  return {
    environment: {},
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    columns: undefined,
    progress: false,
    stopped: new AbortController().signal,
    ...other,
  };
}

export async function holdfast(
  words: readonly string[],
  other: Partial<Surroundings> = {},
): Promise<Outcome> {
  const said = { out: '', error: '' };
  const code = await runHoldfast(words, surroundings(said, other));
  return { code, ...said };
}

export type TestSite = {
  readonly site: RunningSite;
  readonly folder: string;
  readonly apiKey: string;
  /** A verb over the API of this site; its JSON answer. */
  json(...words: string[]): Promise<unknown>;
  /** A verb over the API of this site. */
  run(words: readonly string[], other?: Partial<Surroundings>): Promise<Outcome>;
  close(): Promise<void>;
};

export async function startTestSite(): Promise<TestSite> {
  const folder = await temporaryFolder();
  const machine = thisMachine();
  const options = await siteOptions(
    {
      siteCode: 'TST',
      dataFolder: join(folder.path, 'data'),
      hostNames: ['127.0.0.1'],
      console: { host: '127.0.0.1', port: 0 },
      managementPoint: { host: '127.0.0.1', port: 0 },
      pollSeconds: 1,
    },
    machine,
    () => undefined,
  );
  await createSite(options);
  const site = await startSite(options);
  const apiKey = await site.createApiKey('test');
  const environment = { HOLDFAST_SITE: site.consoleUrl, HOLDFAST_API_KEY: apiKey };
  const run = (words: readonly string[], other: Partial<Surroundings> = {}) =>
    holdfast(words, { environment, ...other });
  return {
    site,
    folder: folder.path,
    apiKey,
    run,
    async json(...words) {
      const { code, out, error } = await run([...words, '--json']);
      if (code !== 0) throw new Error(`${words.join(' ')}: ${error}`);
      return JSON.parse(out);
    },
    async close() {
      await site.close();
      machine.close();
      await folder.remove();
    },
  };
}
