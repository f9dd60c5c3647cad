/** The script of a new machine, run by real shells against a real management point. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { mpPaths } from '@holdfast/contract';
import { type ScriptSource, setupScript } from '../src/releases/setup-script.ts';
import { type ConsoleSite, openConsoleSite } from './support/console-site.ts';
import { hashOf, releaseKey, signed, standInPackage, uploaded } from './support/releases.ts';
import { ask, temporaryFolder } from './support/site.ts';

const secret = 'TOKEN=HF1.TOP.SECRET';
/** Writes down how it was called, and ends with the code that it is told. */
const standIn = `printf '%s\\n' "$@" "TOKEN=$HOLDFAST_TOKEN" >"$RECORD"; exit "\${SETUP_CODE:-0}"`;

type Ran = {
  readonly code: number | null;
  readonly output: string;
  readonly record: string;
  readonly left: string[];
};

const pathOf = (name: string): string | undefined =>
  ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path));
const shells = ['dash', 'bash', 'busybox'].filter((name) => pathOf(name) !== undefined);

let site: ConsoleSite;
let bytes: Buffer;
let script: string;
before(async () => {
  site = await openConsoleSite();
  bytes = await standInPackage(standIn);
  const x64 = await uploaded(site.context, bytes);
  const arm64 = { ...x64, architecture: 'arm64', name: 'holdfast-client-linux-arm64.tar.gz' } as const;
  const release = signed(releaseKey(), { packages: [x64, arm64] });
  const added = await site.call('POST', '/client-releases', { ...release, trust: release.release.keyId });
  assert.equal(added.status, 201, added.text);
  script = (await ask(site.site, `${mpPaths.clientSetup}/setup.sh`)).text;
});
after(() => site.close());

/** Runs the text with a shell, in folders of its own. */
async function run(
  context: TestContext,
  text: string,
  options: { shell?: string; folder?: string; environment?: Record<string, string>; words?: string[] } = {},
): Promise<Ran> {
  const { shell = 'dash', environment = {}, words = [secret, 'SITECODE=HF1', '/retry:5'] } = options;
  const folder = options.folder ?? (await temporaryFolder());
  context.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'setup.sh'), text);
  const first = shell === 'busybox' ? ['sh'] : [];
  const cache = join(folder, 'cache');
  const child = spawn(pathOf(shell) ?? shell, [...first, join(folder, 'setup.sh'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOLDFAST_SETUP_FOLDER: cache,
      HOLDFAST_SETUP_TRIES: '3',
      HOLDFAST_SETUP_PAUSE: '0',
      RECORD: join(folder, 'record'),
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const record = await readFile(join(folder, 'record'), 'utf8').catch(() => '');
  const left = await readdir(cache).catch(() => []);
  return { code, output, record, left };
}

/** Programs of this machine without some of them, as a PATH. */
async function pathWithout(context: TestContext, missing: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  context.after(() => rm(folder, { recursive: true, force: true }));
  const needed = 'uname dd tr cut wc rm mkdir mktemp gzip tar sleep id sha256sum curl wget cat'.split(' ');
  for (const name of needed.filter((one) => !missing.includes(one))) {
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${pathOf(name)} "$@"\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

for (const shell of shells) {
  test(`${shell}: the package is fetched, and its bootstrap gets every word and the address of the site`, async (context) => {
    const { code, output, record, left } = await run(context, script, { shell });
    assert.equal(code, 0, output);
    const address = `/mp:${site.site.running.managementPointUrl}`;
    assert.deepEqual(record.trim().split('\n'), [address, 'SITECODE=HF1', '/retry:5', secret]);
    assert.ok(!output.includes('SECRET'), output);
    assert.deepEqual(left, []);
  });
}

test('wget does where there is no curl, and without either the script says so', async (context) => {
  const wget = await run(context, script, { environment: { PATH: await pathWithout(context, ['curl']) } });
  assert.equal(wget.code, 0, wget.output);
  const path = await pathWithout(context, ['curl', 'wget']);
  const neither = await run(context, script, { environment: { PATH: path } });
  assert.deepEqual([neither.code, neither.record], [9, '']);
  assert.match(neither.output, /neither curl nor wget/);
});

test('the exit code of the bootstrap is the code of the script, and what nobody needs any more is gone', async (context) => {
  for (const [setupCode, kept] of [
    ['7', 0],
    ['8', 1],
    ['6', 1],
  ] as const) {
    const { code, left } = await run(context, script, { environment: { SETUP_CODE: setupCode } });
    assert.equal(code, Number(setupCode));
    assert.equal(left.length, kept, left.join(' '));
  }
});

test('wherever the script itself is cut off, nothing of it is done', async (context) => {
  // Every byte of its end, and some of all before.
  const whole = script.trimEnd().length;
  const ends = Array.from({ length: 30 }, (_, index) => whole - 1 - index);
  const others = Array.from({ length: 20 }, (_, index) => Math.floor((index * whole) / 20));
  for (const length of [...ends, ...others]) {
    const { code, left, record } = await run(context, script.slice(0, length));
    assert.deepEqual([left, record], [[], ''], `cut at ${length}: ${code}`);
  }
});

test('a machine of another architecture, and a 32-bit system, are told so', async (context) => {
  const folder = await pathWithout(context, []);
  await writeFile(join(folder, 'uname'), '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo i686\n');
  const other = await run(context, script, { environment: { PATH: folder } });
  assert.equal(other.code, 9);
  assert.match(other.output, /no client 1\.0\.0 for i686/);
  const narrow = await pathWithout(context, []);
  await writeFile(join(narrow, 'dd'), "#!/bin/sh\nprintf '\\001'\n");
  const bits = await run(context, script, { environment: { PATH: narrow } });
  assert.equal(bits.code, 9);
  assert.match(bits.output, /not 64-bit/);
});

/** A site that sends what a test wants, under the certificate of the real one. */
async function sender(
  context: TestContext,
  answer: (asked: { path: string; from: number; count: number }) => {
    status: number;
    body: Buffer;
    cut?: boolean;
  },
): Promise<Omit<ScriptSource, 'packages'>> {
  const { certificate, privateKey } = await site.context.trust.server(['localhost']);
  let count = 0;
  const server: Server = createTlsServer({ cert: certificate, key: privateKey }, (request, response) => {
    count += 1;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const { status, body, cut = false } = answer({ path: request.url ?? '', from, count });
    const range =
      status === 206 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(status, { 'content-length': body.length, ...range });
    if (!cut) response.end(body);
    else response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const managementPoint = `https://127.0.0.1:${port}`;
  return { siteCode: 'HF1', managementPoint, packagesPath: '/p', version: '1.0.0' };
}

const x64 = { kind: 'tar.gz', platform: 'linux', architecture: 'x64', name: 'c.tar.gz' } as const;

test('a download that is cut off goes on where it was', async (context) => {
  const starts: number[] = [];
  const source = await sender(context, ({ from, count }) => {
    starts.push(from);
    return { status: from === 0 ? 200 : 206, body: bytes.subarray(from), cut: count < 3 };
  });
  const packages = [{ ...x64, size: bytes.length, sha256: hashOf(bytes) }];
  const { code, output } = await run(context, setupScript({ ...source, packages }));
  assert.equal(code, 0, output);
  assert.equal(starts[0], 0);
  assert.ok((starts[1] ?? 0) > 0 && (starts[2] ?? 0) > (starts[1] ?? 0), starts.join(' '));
});

const noDpkg = pathOf('dpkg-deb') === undefined ? 'there is no dpkg-deb' : false;

test('what dpkg is to install is fetched in place of the archive, and the bootstrap in it runs', {
  skip: noDpkg,
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(() => rm(folder, { recursive: true, force: true }));
  const tree = join(folder, 'tree');
  const program = join(tree, 'opt/holdfast-client/bin/holdfast-setup');
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  await mkdir(join(program, '..'), { recursive: true });
  await writeFile(program, `#!/bin/sh\n${standIn}\n`, { mode: 0o755 });
  const control = ['Package: stand-in', 'Version: 1', 'Architecture: all', 'Maintainer: nobody'];
  await writeFile(join(tree, 'DEBIAN/control'), `${[...control, 'Description: one'].join('\n')}\n`);
  const deb = join(folder, 'stand-in.deb');
  await promisify(execFile)('dpkg-deb', ['--build', '--root-owner-group', tree, deb]);
  const content = await readFile(deb);
  const asked: string[] = [];
  const source = await sender(context, ({ path }) => {
    asked.push(path);
    return { status: 200, body: path.endsWith(hashOf(content)) ? content : bytes };
  });
  const packages = [
    { ...x64, size: bytes.length, sha256: hashOf(bytes) },
    { ...x64, kind: 'deb', name: 'c.deb', size: content.length, sha256: hashOf(content) } as const,
  ];
  const text = setupScript({ ...source, packages });
  const { code, output, record } = await run(context, text);
  assert.equal(code, 0, output);
  assert.ok(record.includes('SITECODE=HF1'));
  assert.deepEqual(asked, [`/p/${hashOf(content)}`]);
  const without = await run(context, text, { environment: { PATH: await pathWithout(context, []) } });
  assert.equal(without.code, 0, without.output);
  assert.equal(asked.at(-1), `/p/${hashOf(bytes)}`);
});

test('bytes with another hash are fetched once more and then refused, and never unpacked', async (context) => {
  const other = Buffer.from(bytes);
  other[100] = (other[100] ?? 0) ^ 1;
  let asked = 0;
  const source = await sender(context, () => {
    asked += 1;
    return { status: 200, body: other };
  });
  const packages = [{ ...x64, size: bytes.length, sha256: hashOf(bytes) }];
  const refused = await run(context, setupScript({ ...source, packages }));
  assert.deepEqual([refused.code, refused.record, asked], [10, '', 2]);
  assert.deepEqual(refused.left, []);
});

test('a page of a proxy in place of the package, and a site that is away, end the tries with a code', async (context) => {
  const page = Buffer.from('<html>please sign in</html>');
  const source = await sender(context, () => ({ status: 200, body: page }));
  const packages = [{ ...x64, size: bytes.length, sha256: hashOf(bytes) }];
  const short = await run(context, setupScript({ ...source, packages }));
  assert.deepEqual([short.code, short.record], [6, ''], short.output);
  const away = { ...source, managementPoint: 'https://127.0.0.1:9' };
  assert.equal((await run(context, setupScript({ ...away, packages }))).code, 6);
});

test('whatever stands in the address or in a name, it is one word of the script', async (context) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'x'));
  const hostile = `https://127.0.0.1:9/'; touch ${folder}/owned; echo '$(touch ${folder}/owned)\``;
  const packages = [{ ...x64, name: hostile, size: bytes.length, sha256: hashOf(bytes) }];
  const source = {
    siteCode: 'HF1',
    managementPoint: hostile,
    packagesPath: '/p',
    version: hostile,
    packages,
  };
  const { code } = await run(context, setupScript(source), { folder });
  assert.equal(code, 6);
  assert.ok(!existsSync(join(folder, 'owned')));
});
