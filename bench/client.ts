/** The idle client: its proportional memory above an empty script of the same runtime, and its CPU time in a minute. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClientDetail, ClientSummary, Page } from '@holdfast/contract';
import { awaitStatus } from '../e2e/support/deploy.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { startTestSite, type TestSite } from '../e2e/support/site.ts';
import { buildClient } from '../scripts/build-client.ts';
import type { Figure } from './figure.ts';
import { cpuSeconds, proportionalMegabytes, startSide } from './measure.ts';

const idleSeconds = 60;

const emptyScript = 'console.log("{}"); setInterval(() => {}, 2 ** 30)';

export async function client(): Promise<readonly Figure[]> {
  const folder = temporaryFolder();
  const running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 3600 });
  try {
    const output = join(folder.path, 'holdfast-client');
    // The empty script is run by the same file, because memory of a program file is shared by the processes that run it.
    const { launcher, node } = await buildClient({ platform: 'linux', output });
    const state = join(folder.path, 'client');
    const root = join(folder.path, 'root');
    mkdirSync(state);
    mkdirSync(root);
    const enrol = [
      'enrol',
      '--site',
      running.site.managementPointUrl,
      '--token',
      running.token,
      '--folder',
      state,
      '--root',
      root,
    ];
    await promisify(execFile)(launcher, enrol);
    const agent = await startSide(0, launcher, ['service', '--json', '--folder', state]);
    const empty = await startSide(1, node, ['-e', emptyScript]);
    try {
      await awaitStatus(running.site, running.api, 30002);
      // Idle begins when the start's own work is over: the first look at itself comes within three minutes.
      await firstEvaluation(running);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      const before = cpuSeconds(agent.pid);
      await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
      const used = cpuSeconds(agent.pid) - before;
      const memory = { client: proportionalMegabytes(agent.pid), empty: proportionalMegabytes(empty.pid) };
      return [
        {
          name: 'client: proportional memory of the idle client above an empty script',
          value: memory.client - memory.empty,
          unit: 'MB',
          target: { atMost: 20 },
          sides: memory,
        },
        {
          name: `client: CPU time in ${idleSeconds} idle seconds`,
          value: used,
          unit: 's',
          target: { atMost: 0.1 },
          sides: { client: used },
        },
      ];
    } finally {
      await Promise.all([agent.stop(), empty.stop()]);
    }
  } finally {
    await running.site.close();
    folder.remove();
  }
}

/** Waits for the client's first report of its health. */
async function firstEvaluation({ api }: TestSite): Promise<void> {
  const { items } = await api.get<Page<ClientSummary>>('/clients');
  for (;;) {
    const { health } = await api.get<ClientDetail>(`/clients/${items[0]?.id}`);
    if (health.report !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
