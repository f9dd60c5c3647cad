/** Small real packages for the suites: a .deb, and a tree as .tar.gz. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

function inTemporaryFolder<T>(make: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
  try {
    return make(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A .deb of these files (paths from the root), built by the real dpkg-deb. */
export function buildDeb(name: string, version: string, files: Readonly<Record<string, string>>): Uint8Array {
  return inTemporaryFolder((folder) => {
    const tree = join(folder, 'tree');
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Holdfast <test@holdfast.example>\nDescription: a package of the test suites\n`;
    writeTree(tree, { ...files, 'DEBIAN/control': control });
    chmodSync(tree, 0o755);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, join(folder, 'x.deb')], {
      stdio: 'ignore',
    });
    return readFileSync(join(folder, 'x.deb'));
  });
}

/** A .tar.gz of these files. */
export function buildTarGz(files: Readonly<Record<string, string>>): Uint8Array {
  return inTemporaryFolder((folder) => {
    writeTree(join(folder, 'tree'), files);
    execFileSync('tar', ['-czf', join(folder, 'x.tar.gz'), '-C', join(folder, 'tree'), '.']);
    return readFileSync(join(folder, 'x.tar.gz'));
  });
}
