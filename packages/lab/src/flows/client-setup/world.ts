/** A machine that is set up by the real bootstrap, and the site that hands out the client and hears how it goes. */
import { heedful, openClient, type SetupHost } from '@holdfast/client';
import { errorCatalogue, mpPaths, type SetupReport, SetupReports } from '@holdfast/contract';
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

const isReports = Compile(SetupReports);

export type SetupSite = {
  readonly server: Server;
  /** What bootstraps have told, in the order in which it came. */
  readonly reports: SetupReport[];
  /** What is handed out; a test puts another release there. */
  release: SimulatedRelease;
  /** Those before it, which the site still has. */
  readonly earlier: SimulatedRelease[];
};

/** A simulated site that also hands out the client. @param told hears of each report when it is new */
export function setupSite(
  site: SimulatedSite,
  release: SimulatedRelease,
  told: (report: SetupReport) => void = () => undefined,
): SetupSite {
  const reports: SetupReport[] = [];
  const made: SetupSite = {
    reports,
    release,
    earlier: [],
    server: {
      ...site.server,
      answer: (request) => answerOf(made, request, told) ?? site.server.answer(request),
    },
  };
  return made;
}

function answerOf(
  site: SetupSite,
  { path, body, headers, clientName }: ServerRequest,
  told: (report: SetupReport) => void,
): ServerAnswer | undefined {
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
  if (path === mpPaths.clientRelease) return answer(Buffer.from(site.release.envelope));
  for (const { version, envelope, package: packed, bytes: whole, archive } of [
    site.release,
    ...site.earlier,
  ]) {
    if (path === `${mpPaths.clientRelease}/${version}`) return answer(Buffer.from(envelope));
    const isArchive = path === `${mpPaths.clientPackages}/${archive?.about.sha256}`;
    if (!isArchive && path !== `${mpPaths.clientPackages}/${packed.sha256}`) continue;
    const bytes = isArchive && archive ? archive.bytes : whole;
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (start === 0) return answer(bytes);
    const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    return answer(bytes.subarray(start), 206, range);
  }
  if (path.startsWith(`${mpPaths.clientRelease}/`)) {
    const { status, remedy } = errorCatalogue['release.missing'];
    const body = { code: 'release.missing', message: 'The site has no such release.', remedy };
    return answer(Buffer.from(JSON.stringify(body)), status);
  }
  if (path !== mpPaths.setup) return undefined;
  const sent: unknown = JSON.parse(body);
  if (!isReports.Check(sent)) return answer(Buffer.from('{}'), 400);
  if (sent.token === undefined && clientName === undefined) return answer(Buffer.from('{}'), 401);
  // A repeated report is the same report.
  const known = (one: SetupReport) =>
    site.reports.some(({ setupId, seq }) => setupId === one.setupId && seq === one.seq);
  for (const report of sent.reports.filter((one) => !known(one))) {
    site.reports.push(report);
    told(report);
  }
  return answer(Buffer.from('{}'));
}

/** The bootstrap's host on a simulated machine, with the ports of one life. */
export function setupHost(
  machine: Pick<SimulatedMachine, 'ports'>,
  release: Pick<SimulatedRelease, 'releaseKey'>,
  change: Partial<Omit<SetupHost, 'ports'>> = {},
  plain: MachinePorts = machine.ports('setup'),
): SetupHost {
  const ports = { ...plain, network: heedful(plain.network, plain.clock) };
  return {
    ports,
    places: setupPlaces,
    releaseKey: release.releaseKey,
    architecture: 'x64',
    hook: undefined,
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

export const siteAddress = `https://${siteHost}`;
