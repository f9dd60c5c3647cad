/** `npm run check`: format and lint, types for every target, and the house rules, one after the other. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const binaries = join(import.meta.dirname, '..', 'node_modules', '.bin');
const projectFolder = join(import.meta.dirname, '..');

const steps: readonly { name: string; program: string; arguments: readonly string[] }[] = [
  {
    name: 'format and lint',
    program: join(binaries, 'biome'),
    arguments: ['check', '--error-on-warnings', '.'],
  },
  {
    name: 'types: site, lab, tools on Node 24',
    program: join(binaries, 'tsc'),
    arguments: ['-p', 'tsconfig.json'],
  },
  {
    name: 'types: client on Node 22',
    program: join(binaries, 'tsc'),
    arguments: ['-p', 'tsconfig.client.json'],
  },
  {
    name: 'types: console in a browser',
    program: join(binaries, 'tsc'),
    arguments: ['-p', 'packages/console/tsconfig.json'],
  },
  {
    name: 'house rules',
    program: process.execPath,
    arguments: ['--test', '--test-reporter=./scripts/reporter.ts', 'scripts/rules/*.test.ts'],
  },
];

let failed = 0;
for (const step of steps) {
  const started = performance.now();
  const run = spawnSync(step.program, step.arguments, {
    cwd: projectFolder,
    stdio: 'inherit',
    shell: process.platform === 'win32' && !existsSync(step.program),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (run.status === 0) console.log(`ok      ${step.name} (${seconds} s)`);
  else {
    failed += 1;
    console.log(`FAILED  ${step.name} (${seconds} s)`);
  }
}
console.log(failed === 0 ? 'check passed' : `check failed: ${failed} of ${steps.length} steps`);
process.exitCode = failed === 0 ? 0 : 1;
