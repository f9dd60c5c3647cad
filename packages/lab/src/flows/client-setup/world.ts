/** A machine that is set up by the real bootstrap, and the site that hands out the client and hears how it goes. */
import { openClient, type SetupHost, type SetupSettings } from '@holdfast/client';
import { mpPaths, type SetupReport, SetupReports } from '@holdfast/contract';
import { readWhole, replaceFile, withOpen } from '@holdfast/engine';
import type { MachinePorts } from '@holdfast/ports';
import { Compile } from 'typebox/compile';
import type { SimulatedMachine } from '../../machine/machine.ts';
import type { Server, ServerAnswer, ServerRequest } from '../../site/network.ts';
import type { SimulatedSite } from '../../site/site.ts';
import { siteHost } from '../client-service.ts';
import type { SimulatedRelease } from './release.ts';

export const setupPlaces = {
  state: '/state',
  install: '/opt/holdfast-client',
  root: '/managed',
  program: '/bootstrap',
} as const;

const settingsName = 'settings.json';
const isReports = Compile(SetupReports);

export type SetupSite = {
  readonly server: Server;
  /** What bootstraps have told, in the order in which it came. */
  readonly reports: SetupReport[];
  /** What is handed out; a test puts another release there. */
  release: SimulatedRelease;
};

/** A simulated site that also hands out the client. */
export function setupSite(site: SimulatedSite, release: SimulatedRelease): SetupSite {
  const reports: SetupReport[] = [];
  const made: SetupSite = {
    reports,
    release,
    server: {
      ...site.server,
      answer: (request) => answerOf(made, request) ?? site.server.answer(request),
    },
  };
  return made;
}

function answerOf(site: SetupSite, { path, body, headers }: ServerRequest): ServerAnswer | undefined {
  const answer = (
    bytes: Uint8Array,
    status = 200,
    more: Readonly<Record<string, string>> = {},
  ): ServerAnswer => ({
    status,
    headers: more,
    body: [bytes],
    after: 'end',
  });
  const { release } = site;
  if (path === mpPaths.clientRelease) return answer(Buffer.from(release.envelope));
  if (path === `${mpPaths.clientPackages}/${release.package.sha256}`) {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (start === 0) return answer(release.bytes);
    const range = { 'content-range': `bytes ${start}-${release.bytes.length - 1}/${release.bytes.length}` };
    return answer(release.bytes.subarray(start), 206, range);
  }
  if (path !== mpPaths.setup) return undefined;
  const sent: unknown = JSON.parse(body);
  if (!isReports.Check(sent)) return answer(Buffer.from('{}'), 400);
  // A repeated report is the same report.
  const known = (one: SetupReport) =>
    site.reports.some(({ setupId, seq }) => setupId === one.setupId && seq === one.seq);
  site.reports.push(...sent.reports.filter((one) => !known(one)));
  return answer(Buffer.from('{}'));
}

/** The bootstrap's host on a simulated machine, with the ports of one life. */
export function setupHost(
  machine: Pick<SimulatedMachine, 'ports'>,
  release: Pick<SimulatedRelease, 'releaseKey'>,
  change: Partial<Omit<SetupHost, 'ports'>> = {},
  ports: MachinePorts = machine.ports('setup'),
): SetupHost {
  return {
    ports,
    places: setupPlaces,
    releaseKey: release.releaseKey,
    architecture: 'x64',
    hook: undefined,
    settings: settingsOf(ports),
    withClient: async (settings, version, work) => {
      const client = await openClient(ports, {
        folder: setupPlaces.state,
        root: settings.root,
        site: settings.site,
        version,
        log: () => undefined,
      });
      try {
        return await work(client);
      } finally {
        await client.close();
      }
    },
    log: () => undefined,
    ...change,
  };
}

function settingsOf({ disk }: Pick<MachinePorts, 'disk'>): SetupHost['settings'] {
  const inState = <Result>(use: (folder: Awaited<ReturnType<typeof disk.open>>) => Promise<Result>) =>
    withOpen(disk.open(setupPlaces.state), use);
  return {
    read: () =>
      inState(async (folder) => {
        if (!(await folder.entry(settingsName))) return undefined;
        const text = Buffer.from(await readWhole(folder, settingsName, 64 * 1024)).toString('utf8');
        return JSON.parse(text) as SetupSettings;
      }),
    store: (settings) =>
      inState((folder) => replaceFile(folder, settingsName, Buffer.from(JSON.stringify(settings)))),
  };
}

export const siteAddress = `https://${siteHost}`;
