/** Runs one of the project's TypeScript programs on the pinned Node, after the set-up that it needs. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureDebianPackages, ensureDependencies, pinnedNode, projectFolder } from './setup.mjs';

const words = process.argv.slice(2);
const withDebianPackages = words[0] === '--debian-packages';
if (withDebianPackages) words.shift();
const [program, ...rest] = words;
if (program === undefined) {
  process.stderr.write('usage: node scripts/run.mjs [--debian-packages] PROGRAM.ts [ARGUMENT ...]\n');
  process.exit(2);
}
ensureDependencies();
if (withDebianPackages) ensureDebianPackages();

const child = spawn(pinnedNode(), [resolve(projectFolder, program), ...rest], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${join(projectFolder, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  },
});
// The terminal sends Ctrl-C to the child too; a signal for this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1)));
