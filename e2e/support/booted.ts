/** A whole Linux that boots: a root folder of its own over this machine's /usr, started by a real systemd in a container. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingOnThisMachine } from './needs.ts';

export type Ran = { readonly code: number; readonly output: string };

export type BootedRoot = {
  /** Runs a program inside; its output is that of both streams. */
  run(program: string, ...words: string[]): Promise<Ran>;
  /** The same, which must succeed; answers its output without the last line break. */
  ask(program: string, ...words: string[]): Promise<string>;
  /** Absolute path on this machine of a path inside; what lies in /run and /tmp cannot be had so. */
  pathOf(path: string): string;
  /** Starts a program inside and does not wait for its end. */
  start(program: string, ...words: string[]): ChildProcess;
  /** Its processes, as this machine numbers them. */
  processes(): readonly number[];
  /** Shuts it down and starts it again. */
  reboot(): Promise<void>;
  /** Its processes are gone from one moment to the next; then it starts again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
};

/** What lies in its /usr cannot be had by `pathOf`. */
export type BootedLinux = BootedRoot & {
  /** Folder on this machine with what was changed in /usr, as overlayfs keeps it. */
  readonly changesOfUsr: string;
};

/** Why none can be had; false where it can. For the `skip` option of a test. */
export function bootingMissing(): string | false {
  if (process.getuid?.() !== 0) return 'only root may start a container';
  const missing = missingOnThisMachine('systemd-nspawn', 'nsenter', 'dpkg');
  if (missing !== false) return missing;
  const probe = spawnSync(
    'systemd-nspawn',
    ['--quiet', '--register=no', '--keep-unit', '--volatile=yes', '--directory=/', '/bin/true'],
    { timeout: 20_000, encoding: 'utf8' },
  );
  return probe.status === 0 ? false : `no container here: ${probe.stderr}`;
}

/** Of the programs that are run inside. */
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root' };

/** Milliseconds in which it must have started, and in which a program inside must have ended. */
const bootMs = 90_000;
const programMs = 120_000;

/** @param folder where its root is made: an empty folder of a real disk */
export async function bootLinux(folder: string, name: string): Promise<BootedLinux> {
  const root = join(folder, 'root');
  const over = join(folder, 'usr');
  for (const path of [
    'etc/systemd/system',
    'var/lib',
    'var/log',
    'opt',
    'usr/lib',
    'root',
    'tmp',
    'run',
    'proc',
    'sys',
    'dev',
  ]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  mkdirSync(over);
  for (const link of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${link}`, join(root, link));
  for (const file of ['passwd', 'group', 'shadow', 'nsswitch.conf', 'ld.so.cache', 'ld.so.conf']) {
    cpSync(`/etc/${file}`, join(root, 'etc', file));
  }
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian, for tests"\n');
  writeFileSync(join(root, 'etc/machine-id'), '');
  cpSync('/var/lib/dpkg', join(root, 'var/lib/dpkg'), { recursive: true });
  const booted = await bootRoot(root, name, [`--overlay=/usr:${over}:/usr`]);
  return { ...booted, changesOfUsr: over };
}

/**
 * Boots a whole system.
 * @param root its root folder
 * @param options what systemd-nspawn is to be told besides
 */
export async function bootRoot(
  root: string,
  name: string,
  options: readonly string[] = [],
): Promise<BootedRoot> {
  const words = [
    '--quiet',
    '--register=no',
    '--keep-unit',
    `--directory=${root}`,
    ...options,
    `--machine=${name}`,
    '--console=pipe',
    '--boot',
  ];
  let container: ChildProcess;
  let exited: Promise<void>;
  let leader = 0;

  async function boot(): Promise<void> {
    container = spawn('systemd-nspawn', words, { stdio: 'ignore' });
    exited = new Promise((resolve) => container.once('exit', () => resolve()));
    const end = Date.now() + bootMs;
    while (Date.now() < end) {
      await sleep(200);
      leader = childOf(container.pid ?? 0);
      if (leader === 0) continue;
      const { output } = await run('systemctl', 'is-system-running');
      if (['running', 'degraded'].includes(output.trim())) return;
    }
    throw new Error('the container has not started');
  }

  const inside = (words: readonly string[]) => [
    '-t',
    String(leader),
    '-m',
    '-u',
    '-i',
    '-n',
    '-p',
    '--',
    ...words,
  ];

  function run(program: string, ...given: string[]): Promise<Ran> {
    return new Promise((resolve) =>
      execFile(
        'nsenter',
        inside([program, ...given]),
        { env, timeout: programMs, maxBuffer: 16 << 20 },
        (failure, output, error) =>
          resolve({
            code: failure === null ? 0 : typeof failure.code === 'number' ? failure.code : -1,
            output: `${output}${error}`,
          }),
      ),
    );
  }

  async function halt(): Promise<void> {
    // SIGRTMIN+4 asks systemd to power off; nspawn does so when it is asked to end.
    await run('systemctl', 'poweroff', '--no-block');
    const late = setTimeout(() => container.kill('SIGKILL'), 45_000);
    await exited;
    clearTimeout(late);
  }

  await boot();
  return {
    run,
    start: (program, ...given) =>
      spawn('nsenter', inside([program, ...given]), { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    async ask(program, ...given) {
      const { code, output } = await run(program, ...given);
      if (code !== 0) throw new Error(`${program} ${given.join(' ')} ended with ${code}: ${output}`);
      return output.trimEnd();
    },
    pathOf: (path) => join(root, path),
    processes: () => processesLike(leader),
    async reboot() {
      await halt();
      await boot();
    },
    async crash() {
      // The end of its first process is the end of all of them: pid_namespaces(7).
      process.kill(leader, 'SIGKILL');
      await exited;
      await boot();
    },
    stop: halt,
  };
}

/** The first process of a container; 0 while there is none. */
function childOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] ?? 0);
  } catch {
    return 0;
  }
}

/** All that are in the same container, by the name space of their numbers. */
function processesLike(leader: number): readonly number[] {
  const spaceOf = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`);
    } catch {
      return undefined;
    }
  };
  const space = spaceOf(String(leader));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && spaceOf(name) === space)
    .map(Number);
}
