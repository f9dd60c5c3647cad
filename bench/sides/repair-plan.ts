/**
 * Plans a whole repair of the product in a package, again and again: each line that it reads is answered with the
 * milliseconds of one plan that opens the root and the package for it, and of one that has them open.
 */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { localDisk } from '@holdfast/machine';
import {
  bytesSource,
  openCachedPackages,
  openDatabase,
  openHost,
  planPackage,
  requestWith,
} from '@holdfast/msi';
import { thisMachine } from '../../packages/cli/src/this-machine.ts';

const [root = '', path = ''] = process.argv.slice(2);
const { clock, entropy, processes } = thisMachine();
const installer = { identity: { pid: process.pid, started: '0', bootId: '0' }, alive: processes.alive };

async function opened() {
  const host = await openHost(localDisk(), root, { clock, entropy, installer });
  const bytes = await readFile(path);
  return {
    host,
    from: { database: await openDatabase(bytesSource(bytes)), path: 'C:\\nunit.msi', size: bytes.length },
  };
}

async function plan({ host, from }: Awaited<ReturnType<typeof opened>>): Promise<number> {
  await using cached = openCachedPackages(host.files);
  const request = requestWith({ REINSTALL: 'ALL', REINSTALLMODE: 'vmeus' });
  const { refusal, decisions } = await planPackage({ request, from, host, openCached: cached.openCached });
  if (refusal !== undefined) throw new Error(refusal.message);
  return decisions.length;
}

console.log('{}');
const ready = await opened();
for await (const _line of createInterface({ input: process.stdin })) {
  const first = performance.now();
  const files = await plan(await opened());
  const second = performance.now();
  await plan(ready);
  const end = performance.now();
  console.log(JSON.stringify({ fresh: second - first, opened: end - second, files }));
}
