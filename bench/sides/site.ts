/** The site of the benches: a real one in a temporary folder, with clients enrolled; prints where it listens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mpPaths } from '@holdfast/contract';
import { startTestSite } from '../../e2e/support/site.ts';
import { enrolWireClient } from '../../e2e/support/wire-client.ts';

/** What the load needs: who the clients are, and the tag of the policy that they have. */
export type Material = {
  readonly authorities: readonly string[];
  readonly clients: readonly {
    readonly clientId: string;
    readonly certificate: string;
    readonly privateKey: string;
    readonly policyTag: string;
  }[];
};

export type SiteReady = { readonly port: number; readonly material: string; readonly keys: string };

const clientCount = Number(process.argv[2] ?? '20');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const { site, token } = await startTestSite({ dataFolder: join(folder, 'data'), pollSeconds: 3600 });

const clients: Material['clients'][number][] = [];
let authorities: readonly string[] = [];
for (let index = 0; index < clientCount; index += 1) {
  const client = await enrolWireClient(site.managementPointUrl, token, { hostName: `bench-${index}` });
  authorities = client.authorities;
  const policy = await client.get(mpPaths.policy);
  clients.push({
    clientId: client.clientId,
    certificate: client.certificate,
    privateKey: client.privateKey,
    policyTag: policy.headers.etag ?? '',
  });
  client.close();
}
const material = join(folder, 'material.json');
writeFileSync(material, JSON.stringify({ authorities, clients } satisfies Material));
const ready: SiteReady = {
  port: Number(new URL(site.managementPointUrl).port),
  material,
  keys: join(folder, 'data', 'keys'),
};
console.log(JSON.stringify(ready));

process.on('SIGTERM', async () => {
  await site.close();
  rmSync(folder, { recursive: true });
  process.exit(0);
});
