/** What a Debian package says of itself, and the program that follows from it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type DetectionRule, HoldfastError, type ProgramCreate } from '@holdfast/contract';

const run = promisify(execFile);
/** Rules in one detection are limited to 32; one is dpkg's own. */
const mostFileRules = 31;
/** Bytes; larger files are left to dpkg's word, so that detection stays quick. */
const largestHashedFile = 64 * 1024 * 1024;

export type Software = {
  readonly name: string;
  readonly version: string;
  readonly publisher?: string;
  readonly program: ProgramCreate;
};

async function dpkgDeb(...words: string[]): Promise<string> {
  try {
    return (await run('dpkg-deb', words, { maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' })).stdout;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new HoldfastError(
      'installer.unsupported',
      missing
        ? 'There is no dpkg-deb here to read a .deb: give --name and --version with --no-program.'
        : 'dpkg-deb cannot read this file: it is not a whole Debian package.',
      { cause },
    );
  }
}

/** Regular files below a folder with their paths in the package; programs and libraries come first. */
async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length));
  const rank = (path: string) => (/^(\/usr(\/local)?)?\/s?bin\//.test(path) ? 0 : /\/lib/.test(path) ? 1 : 2);
  return paths.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/** Files that a machine's administrator may change: a change of them is no damage. */
async function configurationFiles(path: string): Promise<ReadonlySet<string>> {
  const control = await mkdtemp(join(tmpdir(), 'holdfast-deb-'));
  try {
    await dpkgDeb('--control', path, join(control, 'DEBIAN'));
    const list = await readFile(join(control, 'DEBIAN', 'conffiles'), 'utf8').catch(() => '');
    return new Set(list.split('\n').map((line) => line.trim()));
  } finally {
    await rm(control, { recursive: true, force: true });
  }
}

/**
 * dpkg's own word (name and version), and the hash of the package's files: dpkg goes on saying
 * "installed" when a file is gone.
 */
async function detection(path: string, name: string, version: string): Promise<DetectionRule[]> {
  const rules: DetectionRule[] = [{ kind: 'package', manager: 'dpkg', name, version }];
  const configuration = await configurationFiles(path);
  const tree = await mkdtemp(join(tmpdir(), 'holdfast-deb-'));
  try {
    await dpkgDeb('--extract', path, tree);
    for (const file of await files(tree)) {
      if (rules.length > mostFileRules) break;
      if (configuration.has(file) || (await stat(join(tree, file))).size > largestHashedFile) continue;
      const sha256 = createHash('sha256')
        .update(await readFile(join(tree, file)))
        .digest('hex');
      rules.push({ kind: 'file', path: file, sha256 });
    }
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
  return rules;
}

/**
 * Name, version and program of a .deb. The command lines work on the client's managed root: a folder of
 * its own in a sandbox (hence --force-not-root), the system's when the client runs as root.
 * @throws HoldfastError `installer.unsupported`
 */
export async function debianSoftware(path: string): Promise<Software> {
  const fields = await dpkgDeb('--show', '--showformat=${Package}\\n${Version}\\n${Maintainer}\\n', path);
  const [name = '', version = '', maintainer = ''] = fields.split('\n');
  const install = `dpkg --root={root} --force-not-root -i "{content}/${basename(path)}"`;
  return {
    name,
    version,
    ...(maintainer ? { publisher: maintainer.replace(/\s*<.*>$/, '').slice(0, 120) } : {}),
    program: {
      name: 'install',
      platform: 'linux',
      install,
      repair: install,
      uninstall: `dpkg --root={root} --force-not-root -r ${name}`,
      detection: await detection(path, name, version),
      exitCodes: [],
      maxRunMinutes: 120,
    },
  };
}
