/** The sample software of the demonstration: a .deb where dpkg is, a .tar.gz tree elsewhere. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ProgramCreate } from '@holdfast/contract';
import { debianSoftware } from '../software/debian.ts';

const run = promisify(execFile);

export const sampleName = 'holdfast-sample';
export const sampleVersion = '1.0';
/** The file that is deleted to show the repair; below the client's managed root. */
export const samplePath = 'opt/holdfast-sample/hello.txt';

const tree: Readonly<Record<string, string>> = {
  [samplePath]: 'Deployed by Holdfast. Delete this file and look again in a moment.\n',
  'opt/holdfast-sample/README': 'A sample package: nothing in it runs.\n',
};

const control = `Package: ${sampleName}
Version: ${sampleVersion}
Architecture: all
Maintainer: Holdfast demonstration <nobody@holdfast.invalid>
Description: sample package of the Holdfast demonstration
`;

/** The same bytes every time: both tools take the time of files from here. Seconds since 1970. */
const buildTime = 1_700_000_000;

export type Sample = { readonly file: string; readonly program: ProgramCreate };

async function hasTool(tool: string): Promise<boolean> {
  return run(tool, ['--version']).then(
    () => true,
    () => false,
  );
}

async function writeTree(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Whether this machine installs the sample by dpkg. */
export async function usesDpkg(): Promise<boolean> {
  return process.platform === 'linux' && (await hasTool('dpkg')) && (await hasTool('dpkg-deb'));
}

async function debianSample(folder: string): Promise<Sample> {
  const source = join(folder, 'tree');
  await writeTree(source);
  await mkdir(join(source, 'DEBIAN'), { recursive: true });
  await writeFile(join(source, 'DEBIAN', 'control'), control);
  const file = join(folder, `${sampleName}_${sampleVersion}_all.deb`);
  await run('dpkg-deb', ['--root-owner-group', '--build', source, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(buildTime) },
  });
  return { file, program: (await debianSoftware(file)).program };
}

async function archiveSample(folder: string): Promise<Sample> {
  const source = join(folder, 'tree');
  await writeTree(source);
  const file = join(folder, `${sampleName}-${sampleVersion}.tar.gz`);
  await run('tar', ['-czf', file, '-C', source, 'opt']);
  const install = `tar -xzf "{content}/${sampleName}-${sampleVersion}.tar.gz" -C "{root}"`;
  const detection: ProgramCreate['detection'] = [];
  for (const path of Object.keys(tree)) {
    const sha256 = createHash('sha256')
      .update(await readFile(join(source, path)))
      .digest('hex');
    detection.push({ kind: 'file', path: `/${path}`, sha256 });
  }
  return {
    file,
    program: {
      name: 'install',
      platform: process.platform === 'darwin' ? 'macos' : 'linux',
      install,
      repair: install,
      detection,
      exitCodes: [],
      maxRunMinutes: 5,
    },
  };
}

/** Builds the sample in a folder of its own, which is made anew. */
export async function buildSample(folder: string): Promise<Sample> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return (await usesDpkg()) ? debianSample(folder) : archiveSample(folder);
}
