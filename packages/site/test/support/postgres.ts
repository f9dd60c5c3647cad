/** A PostgreSQL of the distribution, started for a test on a free port as an unprivileged account. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = '/usr/lib/postgresql';

function newestBinaries(): string | undefined {
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((one, other) => Number(other) - Number(one));
  return versions
    .map((version) => join(root, version, 'bin'))
    .find((path) => existsSync(join(path, 'initdb')));
}

/** Why no PostgreSQL can be started here; undefined where one can. */
export const postgresMissing: string | undefined =
  newestBinaries() === undefined ? 'PostgreSQL (initdb) is not installed' : undefined;

/** The account to run as: PostgreSQL refuses root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  return await new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

/** Starts a server with an empty database; `url` reaches it. */
export async function startPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const binaries = newestBinaries();
  if (binaries === undefined) throw new Error(postgresMissing);
  const account = unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pg-'));
  await chmod(folder, 0o700);
  if (account) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'holdfast', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...account,
      cwd: folder,
      stdio: 'pipe',
      env: { LC_ALL: 'C' },
    },
  );
  const port = await freePort();
  const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const server = spawn(join(binaries, 'postgres'), flags, {
    ...account,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C' },
  });
  await new Promise<void>((resolve, reject) => {
    let text = '';
    server.stderr.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-8192);
      if (text.includes('ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${text}`)));
  });
  return {
    url: `postgres://holdfast@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT');
      await ended(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
