/** The second generation: a certificate, signed policy, detection; where the first one is, it takes its place. */
import { createHash, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ask,
  facts,
  isWindows,
  keep,
  log,
  must,
  run,
  serve,
  sha256,
  type Tls,
  teller,
  textOf,
} from './parts.ts';

const [state = '', firstState = ''] = process.argv.slice(2);
const at = (...names: string[]) => join(state, ...names);
const first = isWindows
  ? {
      stop: 'net stop HoldfastAgent',
      remove: 'msiexec /x {7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D01} /qn',
    }
  : { stop: 'systemctl disable --now holdfast-agent.service', remove: 'dpkg --purge holdfast-agent' };

/** X.690: one element of a DER text. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const inner = Buffer.concat(content);
  const { length } = inner;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.of(tag, ...size), inner]);
}

/** RFC 2986, for a P-256 key. */
function certificateRequest(privateKey: string): string {
  const name = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('holdfast-endpoint')));
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const about = der(0x30, der(2, Buffer.of(0)), der(0x30, der(0x31, name)), key, der(0xa0));
  const signature = createSign('sha256').update(about).sign(privateKey);
  const algorithm = Buffer.from('300a06082a8648ce3d040302', 'hex');
  const whole = der(0x30, about, algorithm, der(3, Buffer.of(0), signature)).toString('base64');
  const lines = whole.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join(
    '\n',
  );
}

type Identity = {
  readonly site: string;
  readonly siteCode: string;
  readonly clientId: string;
  readonly policyKey: string;
  readonly authorities: string[];
  readonly certificate: string;
};
type History = Record<string, { version: string; result: string }>;

const history = (): History => JSON.parse(textOf(at('history.json')) ?? '{}') as History;

/** The policy key that the token names vouches for the site's authorities. */
async function trustOf(site: string, token: string): Promise<Pick<Identity, 'policyKey' | 'authorities'>> {
  const { policyKey, trust } = JSON.parse((await must(ask(`${site}/mp/v2/trust`, {}))).toString('utf8'));
  const spki = createPublicKey(policyKey).export({ type: 'spki', format: 'der' });
  if (createHash('sha256').update(spki).digest('base64url') !== token.split('.')[2])
    throw new Error('another site');
  return { policyKey, authorities: JSON.parse(trust.payload).authorities };
}

/** What the first generation on this machine says in its settings. */
function ofFirst(name: string): string | undefined {
  return new RegExp(`^${name}=(.*?)\\r?$`, 'm').exec(textOf(join(firstState, 'agent.ini')) ?? '')?.[1];
}

async function enrol(site: string, token: string): Promise<Identity> {
  const trust = await trustOf(site, token);
  if (!existsSync(at('client.key'))) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    keep(at('client.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  const [clientId, secret] = [ofFirst('Id'), ofFirst('Secret')];
  const body = {
    token,
    certificateRequest: certificateRequest(textOf(at('client.key')) ?? ''),
    facts: { ...facts('2.7.0'), bootId: '', osEpoch: '' },
    ...(clientId === undefined || secret === undefined ? {} : { succeeds: { clientId, secret } }),
  };
  const answer = JSON.parse(
    (await must(ask(`${site}/mp/v2/enrol`, { ca: trust.authorities }, body))).toString('utf8'),
  );
  const identity = { site, ...trust, ...answer } as Identity;
  keep(at('identity.json'), JSON.stringify(identity));
  return identity;
}

/** What it has fetched and run is taken over, and then it goes. The program of it that brought us must have ended first. */
async function follow(bringer: string): Promise<boolean> {
  if (!existsSync(join(firstState, 'agent.ini'))) return true;
  const lines = (textOf(join(firstState, 'history.log')) ?? '').split('\r\n').map((line) => line.split('\t'));
  if (!lines.some(([, , , name]) => name?.includes(bringer))) return false;
  await run(first.stop, {});
  const cache = join(firstState, 'cache');
  for (const entry of existsSync(cache) ? readdirSync(cache, { recursive: true, withFileTypes: true }) : []) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = at('cache', sha256(readFileSync(path)));
    if (!existsSync(target)) cpSync(path, target);
  }
  const ran = lines.flatMap(([, id, code]) => (id !== undefined && code === '0' ? [id] : []));
  keep(at('first.json'), JSON.stringify(ran));
  return true;
}

type Assignment = {
  readonly deploymentId: string;
  readonly intent: string;
  readonly purpose: string;
  readonly package: { readonly name: string };
  readonly program: {
    readonly platform: string;
    readonly install: string;
    readonly detection: readonly { readonly kind: string; readonly path?: string }[];
  };
  readonly content: readonly { readonly path: string; readonly sha256: string }[];
};

type Site = { readonly get: (path: string) => Promise<Buffer>; readonly tell: ReturnType<typeof teller> };

const isThere = ({ detection }: Assignment['program']) =>
  detection.every(({ kind, path = '' }) => kind !== 'file' || existsSync(path));

async function carryOut(hash: string, { get, tell }: Site): Promise<void> {
  const assignment = JSON.parse((await get(`assignments/${hash}`)).toString('utf8')) as Assignment;
  const { content: files, deploymentId, intent, program, purpose } = assignment;
  if (intent !== 'install' || purpose !== 'required') return;
  if (program.platform !== (isWindows ? 'windows' : 'linux')) return;
  const about = { action: 'Installation', package: assignment.package.name };
  const note = (result: string) =>
    keep(at('history.json'), JSON.stringify({ ...history(), [deploymentId]: { version: hash, result } }));
  const ofBefore = (JSON.parse(textOf(at('first.json')) ?? '[]') as string[]).includes(deploymentId);
  if (!ofBefore && !isThere(program)) {
    const content = at('work', deploymentId);
    for (const file of files) {
      const kept = at('cache', file.sha256);
      if (!existsSync(kept)) keep(kept, await get(`content/${file.sha256}`));
      keep(join(content, ...file.path.split('/')), readFileSync(kept));
    }
    note('begun');
    await tell({ name: 'started', deploymentId }, { ...about, command: program.install });
    await run(program.install, { content, root: isWindows ? 'C:' : '', state });
  }
  const present = isThere(program);
  note(present ? 'installed' : 'failed');
  if (present) await tell({ name: 'verified', deploymentId }, about);
}

serve(state, async () => {
  const settings = JSON.parse(textOf(at('endpoint.json')) ?? 'null') as {
    site: string;
    token: string;
  } | null;
  if (settings === null) return;
  const known = JSON.parse(textOf(at('identity.json')) ?? 'null') as Identity | null;
  if (known === null && !(await follow('Endpoint'))) return;
  const identity = known ?? (await enrol(settings.site, settings.token));
  if (existsSync(join(firstState, 'agent.ini'))) {
    await run(first.remove, {});
    rmSync(firstState, { recursive: true, force: true });
    log(state, 'the first generation is removed');
  }
  const { authorities, certificate, clientId, site } = identity;
  const tls: Tls = { ca: authorities, cert: certificate, key: textOf(at('client.key')) ?? '' };
  const get = (path: string) => must(ask(`${site}/mp/v2/${path}`, tls));
  const tell = teller(state, (batch) => must(ask(`${site}/mp/v2/status`, tls, { clientId, ...batch })));
  keep(at('inventory.json'), JSON.stringify(facts('2.7.0')));
  const { payload } = JSON.parse((await get('policy')).toString('utf8')) as { payload: string };
  const { assignments } = JSON.parse(payload) as { assignments: { deploymentId: string; hash: string }[] };
  const done = history();
  for (const { deploymentId, hash } of assignments) {
    if (done[deploymentId]?.version !== hash) await carryOut(hash, { get, tell });
  }
});
