/** Builds the web console if its sources changed since the last build. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, projectFolder } from './built.ts';

/** Answers whether a build was needed. What Vite prints goes to standard error. */
export function ensureConsole(): Promise<boolean> {
  return ensureBuilt({
    name: 'the console',
    output: join(projectFolder, 'packages/console/dist'),
    sources: [
      'packages/console/{src,public}/**/*',
      'packages/console/{index.html,vite.config.ts,package.json}',
      'packages/contract/src/**/*.ts',
    ],
    build: async () => {
      const vite = join(projectFolder, 'node_modules/vite/bin/vite.js');
      const run = spawnSync(process.execPath, [vite, 'build', 'packages/console', '--logLevel', 'warn'], {
        cwd: projectFolder,
        stdio: ['ignore', 2, 2],
      });
      if (run.status !== 0) throw new Error(`The console could not be built: Vite ended with ${run.status}.`);
    },
  });
}

if (import.meta.main) await ensureConsole();
