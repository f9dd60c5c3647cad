/** The ports of Windows keep their contracts: the suites run on Windows Node under Wine. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleForClient } from '../../../scripts/build-client.ts';
import {
  buildSmallPackage,
  type InstallerPackage,
  makeWinePrefix,
  puttyPackage,
  toWindows,
  type WinePrefix,
  wineAvailable,
  wixlAvailable,
} from '../wine/index.ts';
import type { InstallerCase } from './windows-msiexec.ts';
import { innerResults } from './windows-results.ts';

const skip = wineAvailable() ?? false;
const folder = await mkdtemp(`${tmpdir()}/holdfast-windows-`);
let prefix: WinePrefix;

before(async () => {
  if (skip === false) prefix = await makeWinePrefix(`${folder}/prefix`);
});
after(async () => {
  await prefix?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Bundles a script of this folder for Windows. */
async function bundleOf(script: string): Promise<string> {
  const entry = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
  return bundleForClient(entry, 'windows', `${folder}/${script}`);
}

test('the ports of Windows keep their contracts', { skip }, async (context) => {
  const bundle = await bundleOf('windows-inner');
  const { installed, cases } = await preparePackages(`${folder}/package`);
  if (installed !== undefined) await prefix.run('msiexec', ['/i', installed.msi, '/qn']);
  const reporter = toWindows(fileURLToPath(new URL('windows-reporter.ts', import.meta.url)));
  const service = toWindows(await bundleOf('windows-service'));
  const run = await prefix.runNode(bundle, [JSON.stringify({ installed, cases, service })], {
    environment: { NODE_OPTIONS: `--test-reporter=file:///${reporter.replaceAll('\\', '/')}` },
  });
  const results = innerResults(run.output);
  assert.ok(results.length > 0, `nothing ran: exit code ${run.code}, ${run.output}`);
  for (const { title, skipped, failure } of results) {
    await context.test(title, { skip: skipped ?? false }, () => assert.ok(failure === undefined, failure));
  }
  const failed = results.some((result) => result.failure !== undefined);
  assert.ok(failed || run.code === 0, `exit code ${run.code}: ${run.output}`);
});

test('every start of Windows has a boot id of its own, and one epoch', { skip }, async () => {
  const bundle = await bundleOf('windows-boot');
  const look = async () => JSON.parse((await prefix.runNode(bundle)).output);
  const first = await look();
  await prefix.shutDown();
  const second = await look();
  assert.notEqual(second.id, first.id);
  assert.equal(second.epoch, first.epoch);
});

test('a program is found by its mark when the client that started it was killed', { skip }, async () => {
  const bundle = await bundleOf('windows-mark');
  const mark = randomUUID();
  const life = async (kind: string) => JSON.parse((await prefix.runNode(bundle, [kind, mark])).output);
  const started = await life('killed');
  assert.equal(typeof started.pid, 'number');
  assert.deepEqual(await life('later'), started);
  assert.equal(await life('later'), null);
});

/** A small package that is there all the time, the same as another product for msiexec, and PuTTY where it can be had. */
async function preparePackages(
  folder: string,
): Promise<{ installed?: InstallerCase; cases: readonly InstallerCase[] }> {
  const putty = existsSync(puttyPackage.msi) ? [asCase('PuTTY', puttyPackage)] : [];
  if (wixlAvailable() !== undefined) return { cases: putty };
  const constant = asCase('the constant package', await buildSmallPackage(`${folder}/constant`, 'Constant'));
  const changing = asCase('the small package', await buildSmallPackage(`${folder}/changing`, 'Changing'));
  return { installed: constant, cases: [changing, ...putty] };
}

function asCase(name: string, { msi, productCode, version, installedFile }: InstallerPackage): InstallerCase {
  return { name, msi: toWindows(msi), productCode, version, file: installedFile };
}
