/** The demonstration behind `npm start`: a site, a client of this machine, and software deployed, broken and repaired. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HoldfastError, StatusRow } from '@holdfast/contract';
import type { RunningSite } from '@holdfast/site';
import { breakInstallation, installedFile, watchDeployment } from './demo/stages.ts';
import { type DemoOptions, type Deployed, deploySample, startDemoSite } from './demo/start.ts';
import { coded } from './run-program.ts';
import { consoleMissing } from './site-options.ts';
import { statusFeed } from './status-feed.ts';
import { processSurroundings } from './surroundings.ts';
import { errorText, plain, type Surroundings } from './terminal.ts';
import { thisMachine } from './this-machine.ts';

/** Milliseconds from the start of the client until all must have happened. */
const onceWithin = 120_000;
/** Seconds between check-ins. */
const pollSeconds = { once: 1, standing: 15 } as const;

const help = `Usage: npm start -- [options]

Starts a site in ./data, enrols a client of this machine in a sandbox and deploys a sample package to it.

  --once        do it in a temporary folder on free ports, break and repair the package, and end
  --json        with --once: answer with one JSON line on standard output
  --site-only   only the site
  --data DIR    another folder than ./data

Examples:
  npm start
  npm start -- --once --json
`;

type Arguments = { once: boolean; json: boolean; siteOnly: boolean; data: string };

function readArguments(words: readonly string[]): Arguments | 'help' {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'site-only': { type: 'boolean', default: false },
        data: { type: 'string', default: 'data' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    if (values.json && !values.once) throw new Error('--json goes with --once.');
    if (values.once && values['site-only']) throw new Error('--once and --site-only exclude each other.');
    return { once: values.once, json: values.json, siteOnly: values['site-only'], data: values.data };
  } catch (cause) {
    throw new HoldfastError('command.invalid', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

function introduce(site: RunningSite, say: (text: string) => void): void {
  say(`console          ${site.consoleUrl}`);
  say(`clients check in ${site.managementPointUrl}`);
  if (site.firstRunUrl !== undefined) say(`first administrator: open ${site.firstRunUrl}`);
  const missing = consoleMissing();
  if (missing !== undefined) say(missing);
}

/** Everything once, with every claim looked at: the client's messages at the site, and the file itself. */
async function demonstrateOnce(deployed: Deployed, options: DemoOptions, stopped: AbortSignal) {
  const { api, clientId, deployment, sandbox, client } = deployed;
  const filter = { clientId, deploymentId: deployment.id };
  const { say } = options;
  const watch = watchDeployment(api, filter, 0, { bound: onceWithin, say, stopped, failed: client.failed });
  try {
    await watch.until('software-verified');
    const installed = await installedFile(sandbox);
    if (installed === undefined) {
      throw new HoldfastError(
        'internal',
        'The client reported the package verified, but its file is not there.',
      );
    }
    await breakInstallation(sandbox);
    say('deleted an installed file; waiting until the client has noticed');
    await watch.until('software-broken');
    await watch.until('software-repaired');
    if ((await installedFile(sandbox)) !== installed) {
      throw new HoldfastError(
        'internal',
        'The client reported the package repaired, but its file is not as it was.',
      );
    }
  } finally {
    watch.close();
  }
  const messages = await api.list(StatusRow, '/status', 1, { clientId });
  return { deployed: true, verified: true, broken: true, repaired: true, statusMessages: messages.total };
}

/** Prints what the client reports until stopped. */
async function stayUp(deployed: Deployed, options: DemoOptions, stopped: AbortSignal): Promise<void> {
  const { api, clientId, client } = deployed;
  const newest = await api.list(StatusRow, '/status', 1, { clientId });
  const follow = async () => {
    for await (const row of statusFeed(api, { clientId }, newest.items[0]?.id ?? 0, stopped)) {
      options.say(`client: ${plain(row.text)}`);
    }
  };
  try {
    await Promise.race([follow(), client.failed]);
  } catch (thrown) {
    if (!stopped.aborted) throw thrown;
  }
}

async function withSite(options: DemoOptions, work: (site: RunningSite) => Promise<void>): Promise<void> {
  const machine = thisMachine();
  try {
    const site = await startDemoSite(options, machine);
    try {
      introduce(site, options.say);
      await work(site);
    } finally {
      await site.close();
    }
  } finally {
    machine.close();
  }
}

async function withDeployed(
  options: DemoOptions,
  site: RunningSite,
  stopped: AbortSignal,
  work: (deployed: Deployed) => Promise<void>,
): Promise<void> {
  const deployed = await deploySample(options, site, stopped);
  try {
    await work(deployed);
  } finally {
    await deployed.client.stop();
  }
}

async function runOnce(surroundings: Surroundings, json: boolean): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  const began = performance.now();
  const say = (text: string) => (json ? surroundings.error : surroundings.out)(`${text}\n`);
  const options = { dataFolder, freePorts: true, pollSeconds: pollSeconds.once, say };
  try {
    await withSite(options, (site) =>
      withDeployed(options, site, surroundings.stopped, async (deployed) => {
        const result = await demonstrateOnce(deployed, options, surroundings.stopped);
        const seconds = Math.round((performance.now() - began) / 100) / 10;
        say(`deployed, verified, broken and repaired in ${seconds} s`);
        if (json) surroundings.out(`${JSON.stringify({ ...result, seconds })}\n`);
      }),
    );
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runStanding(surroundings: Surroundings, chosen: Arguments): Promise<void> {
  const { stopped } = surroundings;
  const say = (text: string) => surroundings.out(`${text}\n`);
  const options = {
    dataFolder: resolve(chosen.data),
    freePorts: false,
    pollSeconds: pollSeconds.standing,
    say,
  };
  await withSite(options, async (site) => {
    if (chosen.siteOnly || process.platform === 'win32') {
      say('up; Ctrl-C ends it');
      if (!stopped.aborted) await once(stopped, 'abort');
      return;
    }
    await withDeployed(options, site, stopped, async (deployed) => {
      say(`up; delete a file below ${deployed.sandbox.root} and watch; Ctrl-C ends it`);
      await stayUp(deployed, options, stopped);
    });
  });
}

async function main(surroundings: Surroundings, words: readonly string[]): Promise<number> {
  try {
    const chosen = readArguments(words);
    if (chosen === 'help') surroundings.out(help);
    else if (chosen.once) await runOnce(surroundings, chosen.json);
    else await runStanding(surroundings, chosen);
    return 0;
  } catch (thrown) {
    surroundings.error(errorText(coded(thrown), words.includes('--json'), 'holdfast'));
    return 1;
  }
}

process.exitCode = await main(processSurroundings(), process.argv.slice(2));
