/** `npm test`: unit tests, contract suites on both Nodes and a slice of every end-to-end suite; one summary at the end. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunCounts } from './reporter.ts';
import { suites } from './suites.ts';

const projectFolder = join(import.meta.dirname, '..');
const clientNode = join(projectFolder, 'packages/client/node_modules/.bin/node');
/** The packages that a client is made of: they run on the client's own Node too. */
const clientPackages = ['contract', 'ports', 'msi', 'engine', 'client', 'machine'];

type Group = {
  name: string;
  node: string;
  options?: readonly string[];
  files: readonly string[];
  concurrency: number;
};

function testsOf(packages: readonly string[]): string[] {
  return packages
    .flatMap((name) => globSync(`packages/${name}/test/**/*.test.ts`, { cwd: projectFolder }))
    .sort();
}

function groups(): Group[] {
  const all = globSync('packages/*', { cwd: projectFolder }).map((path) => path.replace(/^.*[\\/]/, ''));
  const list: Group[] = [{ name: 'packages', node: process.execPath, files: testsOf(all), concurrency: 2 }];
  if (existsSync(clientNode)) {
    // What runs under Wine brings its own Windows Node: once is enough.
    const files = testsOf(clientPackages).filter((file) => !file.includes('windows-'));
    list.push({
      name: 'client packages on Node 22',
      node: clientNode,
      options: ['--import=./scripts/node22.mjs', '--enable-source-maps'],
      files,
      concurrency: 2,
    });
  }
  for (const suite of suites()) {
    list.push({
      name: `end to end: ${suite.name}`,
      node: process.execPath,
      files: suite.files,
      concurrency: 1,
    });
  }
  return list;
}

function runGroup(group: Group, countsFile: string): boolean {
  console.log(`\n== ${group.name} ==`);
  const run = spawnSync(
    group.node,
    [
      ...(group.options ?? []),
      '--test',
      `--test-concurrency=${group.concurrency}`,
      '--test-reporter=./scripts/reporter.ts',
      ...group.files,
    ],
    {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...process.env, HOLDFAST_TEST_COUNTS: countsFile, NODE_NO_WARNINGS: '1' },
    },
  );
  return run.status === 0;
}

const temporary = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const countsFile = join(temporary, 'counts');
const started = performance.now();
const wanted = process.argv.slice(2);
const failedGroups = groups()
  .filter((group) => wanted.length === 0 || wanted.some((word) => group.name.includes(word)))
  .filter((group) => !runGroup(group, countsFile))
  .map((group) => group.name);

const counts = readFileSync(countsFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RunCounts);
rmSync(temporary, { recursive: true });
const sum = (pick: (one: RunCounts) => number) => counts.reduce((total, one) => total + pick(one), 0);
console.log(`\n== summary (${((performance.now() - started) / 60_000).toFixed(1)} min) ==`);
const skips = Map.groupBy(
  counts.flatMap((one) => one.skips),
  ({ title, reason }) => `${title}: ${reason}`,
);
for (const [line, times] of skips)
  console.log(`skipped: ${line}${times.length > 1 ? ` (${times.length} times)` : ''}`);
for (const name of failedGroups) console.log(`FAILED: ${name}`);
const failed = sum((one) => one.failed);
console.log(`${sum((one) => one.passed)} passed, ${failed} failed, ${sum((one) => one.skipped)} skipped`);
process.exitCode = failed === 0 && failedGroups.length === 0 ? 0 : 1;
