/** The first generation: a token becomes a secret, policy is a plain document, and what it names is run once. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, facts, isWindows, keep, must, run, serve, sha256, teller, textOf } from './parts.ts';

const [state = ''] = process.argv.slice(2);
const settingsPath = join(state, 'agent.ini');
const historyPath = join(state, 'history.log');

/** By `Section.Name`. */
function settings(): Map<string, string> {
  let section = '';
  const found = new Map<string, string>();
  for (const line of (textOf(settingsPath) ?? '').split(/\r?\n/)) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(`${section}.${name}`, value);
  }
  return found;
}

function keepSettings(known: Map<string, string>): void {
  const lines = ['Site', 'Client'].flatMap((section) => [
    `[${section}]`,
    ...[...known].flatMap(([key, value]) =>
      key.startsWith(`${section}.`) ? [`${key.slice(section.length + 1)}=${value}`] : [],
    ),
  ]);
  keep(settingsPath, `${lines.join('\r\n')}\r\n`);
}

async function enrol(known: Map<string, string>, address: string): Promise<void> {
  // Kept before it is sent: a lost answer gets the same client again.
  if (!known.has('Client.Request')) keepSettings(known.set('Client.Request', randomUUID()));
  const body = {
    token: known.get('Site.Token'),
    requestId: known.get('Client.Request'),
    facts: facts('1.4.2'),
  };
  const answer = JSON.parse((await must(ask(`${address}/mp/v1/enrol`, {}, body))).toString('utf8'));
  known
    .set('Client.Id', answer.clientId)
    .set('Client.Secret', answer.secret)
    .set('Site.Code', answer.siteCode);
  known.delete('Site.Token');
  keepSettings(known);
}

/** As inventories of its time were written. */
function keepInventory(): void {
  const { hostName, osName, osVersion } = facts('1.4.2');
  const attribute = (id: number, name: string, value: string) =>
    `    Start Attribute\r\n      Name = "${name}"\r\n      ID = ${id}\r\n      Value = "${value}"\r\n    End Attribute\r\n`;
  const values = [
    attribute(1, 'Name', hostName),
    attribute(2, 'System', osName),
    attribute(3, 'Version', osVersion),
  ];
  const group = `  Start Group\r\n    Name = "Machine"\r\n    ID = 1\r\n${values.join('')}  End Group\r\n`;
  keep(join(state, 'inventory.mif'), `Start Component\r\n  Name = "System"\r\n${group}End Component\r\n`);
}

type Deployment = {
  readonly deploymentId: string;
  readonly name: string;
  readonly command: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
};

serve(state, async () => {
  const known = settings();
  const address = known.get('Site.Address');
  if (address === undefined) return;
  if (!known.has('Client.Secret')) await enrol(known, address);
  keepInventory();
  const headers = { authorization: `Bearer ${known.get('Client.Secret')}` };
  const get = (path: string) => must(ask(`${address}/mp/v1/${path}`, {}, undefined, headers));
  const tell = teller(state, (batch) => must(ask(`${address}/mp/v1/status`, {}, batch, headers)));
  const { deployments } = JSON.parse((await get('policy')).toString('utf8')) as { deployments: Deployment[] };
  for (const { deploymentId, name, command, files } of deployments.toReversed()) {
    if ((textOf(historyPath) ?? '').includes(`\t${deploymentId}\t`)) continue;
    const content = join(state, 'cache', deploymentId);
    for (const file of files) {
      const path = join(content, ...file.path.split('/'));
      if (!existsSync(path) || sha256(readFileSync(path)) !== file.sha256)
        keep(path, await get(`content/${file.sha256}`));
    }
    const about = { action: 'Installation', package: name };
    await tell({ name: 'started', deploymentId }, { ...about, command });
    const exitCode = await run(command, { content, root: isWindows ? 'C:' : '', state });
    appendFileSync(historyPath, `${new Date().toISOString()}\t${deploymentId}\t${exitCode}\t${name}\r\n`);
    if (exitCode === 0) await tell({ name: 'succeeded', deploymentId }, { ...about, exitCode });
    else await tell({ name: 'failed', deploymentId }, { ...about, reason: `exit code ${exitCode}` });
  }
});
