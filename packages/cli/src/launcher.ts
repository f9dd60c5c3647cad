#!/usr/bin/env node
/** The launcher of an installed client: chooses a version and becomes it. It has no code of a version in it. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { windowsServiceHost } from '@holdfast/machine/service';
import { releaseKey } from './client/release-key.ts';
import { standardFolder } from './client/standard-folder.ts';
import { launch } from './launcher/launch.ts';

const words = process.argv.slice(2);

/** The option that all verbs have. */
function folderOf(given: readonly string[]): string | undefined {
  const at = given.indexOf('--folder');
  return at < 0
    ? given.find((word) => word.startsWith('--folder='))?.slice('--folder='.length)
    : given[at + 1];
}

const windows = process.platform === 'win32';
await launch({
  installFolder: fileURLToPath(new URL('..', import.meta.url)),
  stateFolder: resolve(folderOf(words) ?? standardFolder(process.env)),
  releaseKey,
  words,
  answer: async () => (windows ? await windowsServiceHost() : undefined),
  error: (text) => process.stderr.write(text),
});
// At once: neither the dispatcher's thread nor a stopped client's timers are waited for.
if (globalThis.holdfastLauncher?.service) process.exit();
