/** Builds the web console if its sources changed since the last build. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const projectFolder = join(import.meta.dirname, '..');
const stamp = join(projectFolder, 'packages/console/dist/.sources');

function hashOfSources(): string {
  const hash = createHash('sha256');
  const patterns = [
    'packages/console/{src,public}/**/*',
    'packages/console/{index.html,vite.config.ts,package.json}',
    'packages/contract/src/**/*.ts',
    'package-lock.json',
  ];
  for (const path of globSync(patterns, { cwd: projectFolder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(path.slice(projectFolder.length)).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Answers whether a build was needed. What Vite prints goes to standard error. */
export function ensureConsole(): boolean {
  const wanted = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  process.stderr.write('Building the console ...\n');
  const vite = join(projectFolder, 'node_modules/vite/bin/vite.js');
  const run = spawnSync(process.execPath, [vite, 'build', 'packages/console', '--logLevel', 'warn'], {
    cwd: projectFolder,
    stdio: ['ignore', 2, 2],
  });
  if (run.status !== 0) throw new Error(`The console could not be built: Vite ended with ${run.status}.`);
  writeFileSync(stamp, wanted);
  return true;
}

if (import.meta.main) ensureConsole();
