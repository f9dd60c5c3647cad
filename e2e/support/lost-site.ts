/** A site with a release of the client, in a process of its own, that can be lost and found again at the same addresses. */
import { type ClientSetup, setupLine } from '@holdfast/contract';
import { type BuiltRelease, builtRelease, offerRelease } from './release.ts';
import { type SiteProcess, startSiteProcess } from './site.ts';

export type LostSite = {
  readonly built: BuiltRelease;
  readonly site: SiteProcess;
  /** The line that its console shows for a Linux machine. */
  line(): Promise<string>;
  /** From one moment to the next nobody listens there. */
  lose(): Promise<void>;
  /** Listens again, with all that it knew. */
  find(): Promise<void>;
  stop(): Promise<void>;
};

/** Seconds between check-ins of its clients. */
const pollSeconds = 5;

/** @param dataFolder an empty folder, or none yet */
export async function startLostSite(dataFolder: string): Promise<LostSite> {
  const built = await builtRelease();
  const site = await startSiteProcess({ dataFolder, pollSeconds });
  const { api, token } = site;
  const ports = {
    consolePort: Number(new URL(site.consoleUrl).port),
    managementPort: Number(new URL(site.managementPointUrl).port),
  };
  await offerRelease(api, built).catch(async (thrown: unknown) => {
    await site.kill('SIGKILL');
    throw thrown;
  });
  let process: SiteProcess | undefined = site;
  const lose = async () => {
    await process?.kill('SIGKILL');
    process = undefined;
  };
  return {
    built,
    site,
    line: async () => setupLine(await api.get<ClientSetup>('/client-setup'), 'linux', token),
    lose,
    async find() {
      process ??= await startSiteProcess({ dataFolder, pollSeconds, ...ports, isNew: false });
    },
    stop: lose,
  };
}
