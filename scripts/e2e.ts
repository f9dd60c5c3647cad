/** `npm run e2e -- SUITE [--full]`: one end-to-end suite of real parts; --full runs it at its whole length. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suites } from './suites.ts';

const words = process.argv.slice(2);
const full = words.includes('--full');
const names = words.filter((word) => !word.startsWith('-'));
const suite = suites().find((one) => one.name === names[0]);

if (suite === undefined || names.length !== 1) {
  console.error(
    `usage: npm run e2e -- SUITE [--full]\nsuites: ${suites()
      .map((one) => one.name)
      .join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const run = spawnSync(
    process.execPath,
    ['--test', '--test-concurrency=1', '--test-reporter=./scripts/reporter.ts', ...suite.files],
    {
      cwd: join(import.meta.dirname, '..'),
      stdio: 'inherit',
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...(full ? { HOLDFAST_FULL: '1' } : {}) },
    },
  );
  process.exitCode = run.status ?? 1;
}
