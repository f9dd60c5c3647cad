/** The sample packages, and msiinfo as the oracle for them; where either is missing, the reason. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../../../../shared/corpus/msi/', import.meta.url));

/** Paths of the packages; empty where there is no corpus. */
export const packages: readonly string[] = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.msi'))
      .map((name) => join(folder, name))
  : [];

/** Why the comparison cannot run, undefined where it can. */
export const missing: string | undefined =
  packages.length === 0
    ? 'the sample packages are not here'
    : existsSync('/usr/bin/msiinfo')
      ? undefined
      : 'msiinfo (Debian package msitools) is not installed';

/** What msiinfo prints. It writes binary cells as files: into a folder that goes away. */
export async function msiinfo(...words: readonly string[]): Promise<Buffer> {
  const cwd = mkdtempSync(join(tmpdir(), 'msiinfo-'));
  try {
    const { stdout } = await run('msiinfo', [...words], {
      cwd,
      encoding: 'buffer',
      env: { ...process.env, TZ: 'UTC' },
      maxBuffer: 1 << 28,
    });
    return stdout;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
