/** Tests run by a real systemd: in a container over this machine's /usr, as a unit of its start, told one by one. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary.ts';
import type { InnerResult } from './windows-reporter.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Nothing of this machine's /etc, /var and /run is in it, and nothing that it writes stays. */
const bare = ['--quiet', '--register=no', '--keep-unit', '--volatile=yes', '--directory=/'];

/** It can be enabled, and is started by nobody: the first start of a system enables all that can be. */
export const serviceUnit = (...lines: string[]) =>
  `[Service]\n${lines.join('\n')}\n[Install]\nWantedBy=holdfast-never.target\n`;

/** Runs in the middle of the start, whose end it would otherwise be. */
const innerUnit = (main: string) => `[Unit]
After=multi-user.target systemd-logind.service dbus.service
Wants=systemd-logind.service
SuccessAction=exit-force
FailureAction=exit-force
${serviceUnit(
  'Type=exec',
  `ExecStart=${process.execPath} --test-reporter=${pathOf('windows-reporter.ts')} ${pathOf(main)}`,
  'Environment=NODE_NO_WARNINGS=1 PATH=/usr/bin:/bin:/usr/sbin:/sbin',
  'StandardOutput=file:/out/results',
  'StandardError=file:/out/errors',
)}`;

/** Why no container with systemd can be had; undefined where it can. */
export function containerMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may start a container';
  const probe = spawnSync('systemd-nspawn', [...bare, `--machine=hf-probe-${process.pid}`, '/bin/true'], {
    timeout: 20_000,
  });
  return probe.status === 0
    ? undefined
    : `no container here: ${probe.error?.message ?? probe.stderr.toString()}`;
}

export type Inside = {
  /** File of tests, beside this one. */
  readonly main: string;
  /** Text by the name of a unit, in /etc/systemd/system. */
  readonly units?: Readonly<Record<string, string>>;
  /** Text by path below a folder of the container, which may be written to. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Folders of this machine that may be written to inside, and are as before outside. */
  readonly writable?: readonly string[];
};

/** Has the tests of a file run inside, each as a subtest. */
export async function testInContainer(context: TestContext, inside: Inside): Promise<void> {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  await chmod(folder.path, 0o755);
  const lay = async (name: string, files: Readonly<Record<string, string>>) => {
    const path = join(folder.path, name);
    await mkdir(path, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
    return path;
  };
  const units = await lay('units', { 'inner.service': innerUnit(inside.main), ...inside.units });
  await mkdir(join(units, 'multi-user.target.wants'));
  await symlink('../inner.service', join(units, 'multi-user.target.wants/inner.service'));
  const out = await lay('out', {});
  const binds = [`--bind-ro=${repository}`, `--bind=${units}:/etc/systemd/system`, `--bind=${out}:/out`];
  for (const [index, [path, files]] of Object.entries(inside.folders ?? {}).entries()) {
    binds.push(`--bind=${await lay(`folder-${index}`, files)}:${path}`);
  }
  for (const [index, path] of (inside.writable ?? []).entries()) {
    binds.push(`--overlay=${path}:${await lay(`over-${index}`, {})}:${path}`);
  }
  const machine = `--machine=hf-${process.pid}`;
  const words = [...bare, ...binds, machine, '--console=pipe', '--boot'];
  const said = await new Promise<string>((resolve) => {
    const container = execFile('systemd-nspawn', words, { timeout: 90_000 }, (_failure, output, error) =>
      resolve(`${output}${error}`),
    );
    container.stdin?.end();
  });
  const results = innerResults(await readFile(join(out, 'results'), 'utf8').catch(() => ''));
  const errors = await readFile(join(out, 'errors'), 'utf8').catch(() => '');
  assert.ok(results.length > 0, `nothing was run: ${said}${errors}`);
  for (const { title, skipped, failure } of results) {
    await context.test(title, { skip: skipped ?? false }, () => assert.ok(failure === undefined, failure));
  }
}

function innerResults(output: string): readonly InnerResult[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"title":'))
    .map((line) => JSON.parse(line));
}
