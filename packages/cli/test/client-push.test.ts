/** Client push, to a real sshd on this machine's own loopback. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mpPaths } from '@holdfast/contract';
import { releaseKey, signed, standInPackage, uploaded } from '../../site/test/support/releases.ts';
import { openApi } from '../src/api.ts';
import { type PushOptions, push } from '../src/push/push.ts';
import { checkTarget, sshFailure } from '../src/push/ssh.ts';
import { startTestSite, type TestSite } from './support.ts';

const sshd = '/usr/sbin/sshd';
const missing = existsSync(sshd) && existsSync('/usr/bin/ssh') ? false : 'no ssh and sshd (openssh-server)';

/** Tells the site of its phases as the real one does, and ends with the code that a file names. */
const bootstrap = (folder: string) => `
printf '%s\\n' "$@" "TOKEN=$HOLDFAST_TOKEN" >>${folder}/words
site=\${1#/mp:}
token=$HOLDFAST_TOKEN
tell() {
  printf '{"token":"%s","reports":[{"setupId":"%s","seq":%s,"at":1,"phase":"%s","moment":"%s","hostName":"far",
    "platform":"linux","architecture":"x64","intent":"install"%s}]}' "$token" "$id" "$1" "$2" "$3" "$4" |
    curl -sk -H 'content-type: application/json' --data-binary @- "$site${mpPaths.setup}"
}
id=$(cat /proc/sys/kernel/random/uuid)
code=$(cat ${folder}/code)
tell 1 locate begins ''
[ "$code" = 0 ] || { tell 2 enrol failed ',"reason":"as the test wants it"'; exit "$code"; }
[ -e ${folder}/mute ] || tell 2 components ended ''`;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** Waits until something listens, in bounded tries. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error('sshd did not start');
}

test('what ssh could take for an option, or a shell for several words, is no machine', () => {
  for (const target of [
    '-oProxyCommand=x',
    '-v',
    'a b',
    'a;b',
    "a'b",
    'root@-x',
    '',
    '$(x)',
    'a\nb',
    'x'.repeat(300),
  ]) {
    assert.throws(() => checkTarget(target), { code: 'command.invalid' }, target);
  }
  for (const target of ['web-01', 'root@10.0.0.7', 'admin@[fe80::1%eth0]', 'a.example']) checkTarget(target);
});

test('the words of ssh and sudo become codes, and words of the machine beside another exit code do not', () => {
  const codeOf = (code: number, said: string) => sshFailure('far', { code, said }).code;
  assert.equal(codeOf(255, 'Host key verification failed.'), 'push.host-unknown');
  assert.equal(codeOf(255, 'root@far: Permission denied (publickey).'), 'push.refused');
  assert.equal(codeOf(255, 'ssh: Could not resolve hostname far'), 'network.unreachable');
  assert.equal(codeOf(1, 'sudo: a password is required'), 'push.sudo');
  assert.equal(codeOf(9, 'Permission denied'), 'setup.prerequisite');
  assert.equal(codeOf(10, ''), 'content.hash-mismatch');
  assert.equal(codeOf(6, 'Permission denied'), 'push.failed');
});

describe('client push', { skip: missing }, () => {
  let site: TestSite;
  let folder: string;
  let server: ChildProcess;
  let options: string[];
  const target = `${userInfo().username}@127.0.0.1`;

  before(async () => {
    site = await startTestSite();
    folder = join(site.folder, 'ssh');
    await mkdir(join(folder, 'bin'), { recursive: true });
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
    const keygen = (name: string) =>
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    for (const name of ['host', 'user', 'stranger']) keygen(name);
    await writeFile(join(folder, 'authorized'), await readFile(join(folder, 'user.pub')));
    await writeFile(
      join(folder, 'bin', 'sudo'),
      '#!/bin/sh\ncat >/dev/null\necho "sudo: a password is required" >&2\nexit 1\n',
    );
    await chmod(join(folder, 'bin', 'sudo'), 0o755);
    const port = await freePort();
    const lines = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized`,
      `PidFile ${folder}/pid`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `SetEnv HOLDFAST_SETUP_FOLDER=${folder}/cache PATH=${folder}/bin:${process.env.PATH}`,
    ];
    await writeFile(join(folder, 'config'), `${lines.join('\n')}\n`);
    server = spawn(sshd, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' });
    await listening(port);
    const [kind, hostKey] = (await readFile(join(folder, 'host.pub'), 'utf8')).split(' ');
    await writeFile(join(folder, 'known'), `[127.0.0.1]:${port} ${kind} ${hostKey}\n`);
    await writeFile(join(folder, 'code'), '0');
    options = sshOptions({ Port: String(port) });
    const packed = await uploaded(site.site.context, await standInPackage(bootstrap(folder)));
    const request = signed(releaseKey(), { packages: [packed] });
    const answer = await fetch(`${site.site.consoleUrl}/api/v1/client-releases`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': site.apiKey },
      body: JSON.stringify({ ...request, trust: request.release.keyId }),
    });
    assert.equal(answer.status, 201, await answer.text());
  });
  after(async () => {
    if (server?.exitCode === null && server.kill()) await once(server, 'exit');
    await site?.close();
  });

  const sshOptions = (change: Record<string, string> = {}) =>
    Object.entries({
      IdentityFile: join(folder, 'user'),
      IdentitiesOnly: 'yes',
      UserKnownHostsFile: join(folder, 'known'),
      GlobalKnownHostsFile: '/dev/null',
      StrictHostKeyChecking: 'yes',
      ...change,
    }).map(([name, value]) => `${name}=${value}`);

  const pushed = (words: string[], ssh = options) =>
    site.run(['client', 'push', ...ssh.flatMap((option) => ['--ssh-option', option]), ...words], {
      environment: {
        PATH: process.env.PATH,
        HOLDFAST_SITE: site.site.consoleUrl,
        HOLDFAST_API_KEY: site.apiKey,
      },
    });

  test('a machine becomes a client, its phases are shown, and its token stands in no command line', async () => {
    const { code, out, error } = await pushed([target, '--word', 'CACHESIZE=20 48']);
    assert.equal(code, 0, error);
    assert.match(out, /succeeded/);
    assert.match(error, /locate begins/);
    assert.match(error, /components ended/);
    const words = (await readFile(join(folder, 'words'), 'utf8')).trim().split('\n');
    assert.deepEqual([words[0], words[1]], [`/mp:${site.site.managementPointUrl}`, 'CACHESIZE=20 48']);
    const token = words[2]?.replace('TOKEN=', '') ?? '';
    assert.match(token, /^HF1\.TST\./);
    assert.ok(!`${out}${error}`.includes(token));
    assert.match((await site.run(['token', 'list'])).out, new RegExp(`client push: ${target}`));
  });

  test('several at once, each with its own result, and a code of one where one failed', async () => {
    const { code, out } = await pushed([target, 'nobody@127.0.0.1', '--json']);
    assert.equal(code, 1);
    const { items } = JSON.parse(out) as {
      items: { target: string; state: string; error?: { code: string } }[];
    };
    assert.deepEqual(
      items.map(({ target: machine, state, error }) => [machine, state, error?.code]).toSorted(),
      [
        [target, 'succeeded', undefined],
        ['nobody@127.0.0.1', 'failed', 'push.refused'],
      ].toSorted(),
    );
  });

  test('a key that is not taken, a host that is not known, sudo that asks, and nobody there have their codes', async () => {
    const port = options.find((option) => option.startsWith('Port='))?.slice(5) ?? '';
    const cases: [string, string[], string[]][] = [
      ['push.refused', sshOptions({ Port: port, IdentityFile: join(folder, 'stranger') }), []],
      ['push.host-unknown', sshOptions({ Port: port, UserKnownHostsFile: '/dev/null' }), []],
      ['push.sudo', options, ['--sudo']],
      ['network.unreachable', sshOptions({ Port: '9' }), []],
    ];
    for (const [expected, ssh, more] of cases) {
      const { out, code } = await pushed([target, '--json', ...more], ssh);
      assert.deepEqual([code, JSON.parse(out).items[0].error.code], [1, expected], out);
    }
  });

  test('a dry run reaches nobody and makes no token', async () => {
    const tokens = async () => ((await site.json('token', 'list')) as { total: number }).total;
    const before = await tokens();
    const { code, out } = await pushed(['root@nowhere.example', '--dry-run']);
    assert.equal(code, 0);
    assert.match(out, /root@nowhere\.example: client 1\.0\.0/);
    assert.equal(await tokens(), before);
    assert.match((await pushed(['-x'])).error, /unknown option|no machine/);
  });

  test('what fails is tried again while it is wanted, with the same token, and then given up', async (context) => {
    const api = openApi(site.site.consoleUrl, site.apiKey, new AbortController().signal);
    const failures: unknown[] = [];
    const usual: Omit<PushOptions, 'times'> = {
      label: 'again',
      sudo: false,
      sshOptions: options,
      environment: { PATH: process.env.PATH },
      signal: new AbortController().signal,
      words: [],
    };
    const tryFor = (upTo: number, onFailure: () => Promise<void>) =>
      push(
        api,
        [target],
        { ...usual, parallel: 1, times: { poll: 20, settle: 1_000, again: { every: 10, upTo } } },
        (_target, event) => {
          if (!('code' in event)) return;
          failures.push(event.code);
          void onFailure();
        },
      );
    context.after(() => writeFile(join(folder, 'code'), '0'));
    await writeFile(join(folder, 'code'), '6');
    const [healed] = await tryFor(60_000, () => writeFile(join(folder, 'code'), '0'));
    assert.deepEqual([healed?.state, failures], ['succeeded', ['push.failed']]);
    const words = (await readFile(join(folder, 'words'), 'utf8')).match(/^TOKEN=.*$/gm)?.slice(-2);
    assert.equal(words?.[0], words?.[1]);
    await writeFile(join(folder, 'code'), '6');
    const [given] = await tryFor(5, async () => undefined);
    assert.deepEqual([given?.state, given?.error?.code], ['failed', 'push.failed']);
    await writeFile(join(folder, 'code'), '7');
    const [restart] = await tryFor(5, async () => undefined);
    assert.equal(restart?.state, 'restart-needed');
    await writeFile(join(folder, 'code'), '0');
    await writeFile(join(folder, 'mute'), '');
    const [unheard] = await tryFor(5, async () => undefined);
    assert.match(unheard?.error?.message ?? '', /did not hear the end/);
  });
});
