/** Whole Debian 11 machines that boot in a container, and what upgrades them to Debian 12: from Debian's own archive. */
import { execFile, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeOnce } from '../../packages/machine/wine/once.ts';
import { cacheFolder } from '../../packages/machine/wine/places.ts';
import { type BootedRoot, bootingMissing, bootRoot } from './booted.ts';
import { temporaryFolder } from './folders.ts';
import { missingOnThisMachine } from './needs.ts';

/** HOLDFAST_DEBIAN: address of another copy of the archive. */
const archive = process.env.HOLDFAST_DEBIAN ?? 'http://deb.debian.org/debian';
/** HOLDFAST_DEBIAN_CACHE: where the tree and the packages of the upgrade are kept, for who has several checkouts. */
const cache = process.env.HOLDFAST_DEBIAN_CACHE ?? join(cacheFolder, 'debian');
const oldRelease = 'bullseye';
const newRelease = 'bookworm';

/** Beside the smallest system: what boots it, and what restarts services after an upgrade. */
const included = ['systemd', 'systemd-sysv', 'dbus', 'needrestart'];

const aptSettings = `APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
DPkg::Options { "--force-confdef"; "--force-confold"; };
`;

/** Also for one that was cut: what dpkg calls "in a very bad inconsistent state" is installed again by hand. */
const upgradeScript = `go_on() { dpkg --configure -a; apt-get -y --fix-broken dist-upgrade; }
go_on && exit
cd /var/cache/apt/archives
for name in $(dpkg-query --show --showformat='\${db:Status-Status} \${Package}\\n' | sed -n 's/^half-installed //p'); do
  dpkg --install "$name"_*.deb
done
go_on`;

/** Why there can be none; false where they can. For the `skip` option of a test. */
export function debianMissing(): string | false {
  const missing = bootingMissing() || missingOnThisMachine('debootstrap', 'apt-config');
  if (missing !== false) return missing;
  const helper = '/usr/lib/apt/apt-helper';
  if (!existsSync(helper)) return 'needs apt-helper';
  const folder = temporaryFolder();
  try {
    for (const release of [oldRelease, newRelease]) {
      const address = `${archive}/dists/${release}/InRelease`;
      const words = ['download-file', address, join(folder.path, release)];
      const probe = spawnSync(helper, words, { timeout: 60_000, encoding: 'utf8' });
      if (probe.status !== 0) return `${address} cannot be had: ${probe.stderr.trim().slice(0, 200)}`;
    }
    return false;
  } finally {
    folder.remove();
  }
}

/** How this machine's own apt comes to an archive, as settings. */
function proxySettings(): string {
  const { stdout } = spawnSync('apt-config', ['dump'], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::https?::Proxy/i.test(line))
    .join('\n');
}

export type DebianOptions = {
  /** Whether /bin is /usr/bin: not so on a machine that was Debian 9 or older once. Debian 12 makes it so. */
  readonly usrMerged?: boolean;
};

/** A fresh tree of Debian 11; the first one takes a minute or two. */
async function debianTree({ usrMerged = true }: DebianOptions): Promise<string> {
  const merged = usrMerged ? 'merged-usr' : 'no-merged-usr';
  return await makeOnce(join(cache, `${oldRelease}-${merged}`), async (folder) => {
    await promisify(execFile)(
      'debootstrap',
      [`--${merged}`, '--variant=minbase', `--include=${included.join(',')}`, oldRelease, folder, archive],
      { maxBuffer: 16 << 20, timeout: 15 * 60_000 },
    );
    const etc = (name: string) => join(folder, 'etc', name);
    for (const name of ['hostname', 'machine-id']) rmSync(etc(name));
    // One to be made at the first boot, and kept.
    writeFileSync(etc('machine-id'), '');
    writeFileSync(etc('hosts'), '127.0.0.1 localhost\n');
    writeFileSync(etc('apt/apt.conf.d/90test'), `${aptSettings}${proxySettings()}\n`);
    writeFileSync(etc('needrestart/conf.d/test.conf'), "$nrconf{restart} = 'a';\n");
    for (const made of ['var/cache/apt/archives', 'var/log/dpkg.log']) {
      rmSync(join(folder, made), { recursive: true });
    }
    mkdirSync(join(folder, 'var/cache/apt/archives'));
  });
}

export type DebianMachine = BootedRoot & {
  /** Gets the lists and packages of Debian 12: nothing is changed yet. */
  prepareUpgrade(): Promise<void>;
  /** Begins to upgrade it. */
  upgrade(): Upgrade;
  /** Lines of dpkg's log since it is a machine of its own. */
  dpkgLog(): readonly string[];
  /** Packages that are neither whole nor away, with their state and version. */
  halfInstalled(): Promise<readonly string[]>;
};

export type Upgrade = {
  /** Resolves to whether apt came to its end. */
  readonly ended: Promise<boolean>;
  over(): boolean;
  /** Looks, some times a second, until it is so or the upgrade is over. @returns whether it was so */
  reaches(so: () => boolean): Promise<boolean>;
};

/** @param folder an empty folder of a real disk */
export async function bootDebian(
  folder: string,
  name: string,
  options: DebianOptions = {},
): Promise<DebianMachine> {
  const root = join(folder, 'root');
  cpSync(await debianTree(options), root, { recursive: true, verbatimSymlinks: true });
  // A copy for each: apt locks the folder, and machines are upgraded side by side.
  const packages = join(cache, newRelease);
  const archives = join(root, 'var/cache/apt/archives');
  mkdirSync(packages, { recursive: true });
  cpSync(packages, archives, { recursive: true });
  const booted = await bootRoot(root, name);
  const shell = (script: string) => ['sh', '-c', `export DEBIAN_FRONTEND=noninteractive; ${script}`] as const;

  const start = (script: string): Promise<boolean> =>
    new Promise((resolve) => {
      booted.start(...shell(`(${script}) >>/var/log/test-upgrade.log 2>&1`)).once('exit', (code) => {
        resolve(code === 0);
      });
    });

  return {
    ...booted,
    async prepareUpgrade() {
      writeFileSync(join(root, 'etc/apt/sources.list'), `deb ${archive} ${newRelease} main\n`);
      const got = await start('apt-get update && apt-get -y --download-only dist-upgrade');
      if (!got) throw new Error(readFileSync(join(root, 'var/log/test-upgrade.log'), 'utf8').slice(-2_000));
      for (const name of readdirSync(archives)) {
        if (!name.endsWith('.deb') || existsSync(join(packages, name))) continue;
        const unfinished = join(packages, `${name}.${process.pid}`);
        cpSync(join(archives, name), unfinished);
        renameSync(unfinished, join(packages, name));
      }
    },
    upgrade() {
      let over = false;
      const ended = start(upgradeScript).finally(() => {
        over = true;
      });
      return {
        ended,
        over: () => over,
        async reaches(so) {
          while (!over) {
            if (so()) return true;
            await sleep(100);
          }
          return so();
        },
      };
    },
    async halfInstalled() {
      const format = '${db:Status-Status} ${Package} ${Version}\n';
      const all = (await booted.ask('dpkg-query', '--show', `--showformat=${format}`)).split('\n');
      return all.filter((line) => !/^(?:installed|config-files|not-installed) /.test(line));
    },
    dpkgLog: () => readFileSync(join(root, 'var/log/dpkg.log'), 'utf8').trim().split('\n'),
  };
}
