/** `npm run build:cli`: bundles `holdfast`, so that a short command is not a second of loading its sources. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { stop } from 'esbuild';
import { builtFiles, builtFolder, isFresh } from '../packages/cli/bin/built.mjs';
import { projectFolder } from './built.ts';
import { bundleProgram } from './bundle.ts';

/** What loads a site's server, which starts modules of its own by path: the command runs it from its sources. */
const siteCommands = '../site-commands.ts';

/** Builds the program into a folder that is made anew, with a list of what it was made of. */
export async function buildCli(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await bundleProgram({
    entries: { holdfast: join(projectFolder, 'packages/cli/src/holdfast.ts') },
    output: folder,
    target: 'node24',
    external: ['koffi', siteCommands],
  });
  const inputs = Object.keys(metafile.inputs).map((path) => relative(projectFolder, resolve(path)));
  // What comes from a registry changes with the lockfile only.
  const own = inputs.filter((path) => !path.includes('node_modules'));
  const stamps = [...own, 'package-lock.json', 'scripts/cli.ts', 'scripts/bundle.ts'].map((path) => {
    const { size, mtimeMs } = statSync(join(projectFolder, path));
    return [path, size, mtimeMs];
  });
  writeFileSync(builtFiles(folder).sources, JSON.stringify(stamps));
}

/** Builds the program where a source changed since the last time; answers whether one had. */
export async function ensureCli(): Promise<boolean> {
  if (isFresh()) return false;
  process.stderr.write('Building holdfast ...\n');
  await buildCli(builtFolder);
  // The bundler's helper process would stay as long as what is started next.
  await stop();
  return true;
}

if (import.meta.main) await ensureCli();
