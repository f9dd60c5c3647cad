/** A management point that hands out one release of a stand-in client. */
import { mpPaths } from '@holdfast/contract';
import type { Network } from '@holdfast/ports';
import type { PackageSite } from '../../src/components/index.ts';
import { createSite } from '../../src/site.ts';
import type { StandIn } from './stand-in.ts';

export const packageSiteAddress = 'https://site.example:8443';

const missing = { code: 'release.missing', message: 'There is none.', remedy: 'Add it.' };

/** `asked` are the paths that were asked for. @param bend changes packages on their way */
export function packageNetwork(client: StandIn, bend: (body: Buffer) => Buffer = (body) => body) {
  const asked: string[] = [];
  const request: Network['request'] = async ({ url, headers = {} }) => {
    const path = new URL(url).pathname;
    asked.push(path);
    const found = [...client.packages.values()].find(({ about }) => path.endsWith(about.sha256));
    const isRelease = path === `${mpPaths.clientRelease}/${client.version}`;
    const whole = isRelease ? Buffer.from(JSON.stringify(client.release)) : found?.bytes;
    if (!whole) return { status: 404, headers: {}, body: bodyOf(Buffer.from(JSON.stringify(missing))) };
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const body = found ? bend(whole.subarray(start)) : whole;
    const range = { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` };
    return start > 0
      ? { status: 206, headers: range, body: bodyOf(body) }
      : { status: 200, headers: {}, body: bodyOf(body) };
  };
  return { network: { request }, asked };
}

export function siteOf(client: StandIn, bend?: (body: Buffer) => Buffer) {
  const { network, asked } = packageNetwork(client, bend);
  const site: PackageSite = {
    site: createSite(packageSiteAddress, { network, clock: { now: () => 0 } }),
    tls: async () => ({ authorities: [] }),
  };
  return { site, asked };
}

async function* bodyOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
