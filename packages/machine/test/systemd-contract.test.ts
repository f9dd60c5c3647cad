/** Services, the boot and sessions keep their contracts under a real systemd, in a container over this machine's /usr. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary.ts';
import type { InnerResult } from './windows-reporter.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Nothing of this machine's /etc, /var and /run is in it, and nothing that it writes stays. */
const bare = ['--quiet', '--register=no', '--keep-unit', '--volatile=yes', '--directory=/'];

const unit = (...lines: string[]) => `[Service]\n${lines.join('\n')}\n`;

/** Runs in the middle of the start, whose end it would otherwise be. */
const innerUnit = `[Unit]
After=multi-user.target systemd-logind.service dbus.service
Wants=systemd-logind.service
SuccessAction=exit-force
FailureAction=exit-force
${unit(
  'Type=exec',
  `ExecStart=${process.execPath} --test-reporter=${pathOf('windows-reporter.ts')} ${pathOf('systemd-inner.ts')}`,
  'Environment=NODE_NO_WARNINGS=1 PATH=/usr/bin:/bin:/usr/sbin:/sbin',
  'StandardOutput=file:/out/results',
  'StandardError=file:/out/errors',
)}`;

const units = {
  'inner.service': innerUnit,
  'holdfast-quick.service': unit('ExecStart=/bin/sleep infinity'),
  'holdfast-slow.service': unit('ExecStartPre=/bin/sleep 1', 'ExecStart=/bin/sleep infinity'),
  'holdfast-broken.service': unit('Type=oneshot', 'ExecStart=/bin/false'),
  'holdfast-login.service': unit('User=root', 'PAMName=sshd', 'ExecStart=/bin/sleep infinity'),
};
const pam = 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_systemd.so\n';

/** Why no container with systemd can be had; undefined where it can. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may start a container';
  const probe = spawnSync('systemd-nspawn', [...bare, `--machine=hf-probe-${process.pid}`, '/bin/true'], {
    timeout: 20_000,
  });
  return probe.status === 0
    ? undefined
    : `no container here: ${probe.error?.message ?? probe.stderr.toString()}`;
}

test('the contracts hold under systemd', { skip: missing() ?? false }, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const at = (name: string) => join(folder.path, name);
  for (const name of ['units/multi-user.target.wants', 'pam', 'out'])
    await mkdir(at(name), { recursive: true });
  for (const [name, text] of Object.entries(units)) await writeFile(at(`units/${name}`), text);
  await symlink('../inner.service', at('units/multi-user.target.wants/inner.service'));
  await writeFile(at('pam/sshd'), pam);
  await chmod(folder.path, 0o755);
  const binds = [
    `--bind-ro=${repository}`,
    `--bind-ro=${at('units')}:/etc/systemd/system`,
    `--bind-ro=${at('pam')}:/etc/pam.d`,
    `--bind=${at('out')}:/out`,
  ];
  const words = [...bare, ...binds, `--machine=hf-${process.pid}`, '--console=pipe', '--boot'];
  const said = await new Promise<string>((resolve) => {
    const container = execFile('systemd-nspawn', words, { timeout: 60_000 }, (_failure, output, error) =>
      resolve(`${output}${error}`),
    );
    container.stdin?.end();
  });
  const results = innerResults(await readFile(at('out/results'), 'utf8').catch(() => ''));
  const errors = await readFile(at('out/errors'), 'utf8').catch(() => '');
  assert.ok(results.length > 0, `nothing was run: ${said}${errors}`);
  for (const { title, skipped, failure } of results) {
    await context.test(title, { skip: skipped ?? false }, () => assert.ok(failure === undefined, failure));
  }
});

function innerResults(output: string): readonly InnerResult[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"title":'))
    .map((line) => JSON.parse(line));
}
