/** Other tools' cabinets come out as cabextract unpacks them: those of the corpus, and new ones made by gcab. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unpackAll } from './cabinet-support.ts';

const corpus = fileURLToPath(new URL('../../../../shared/corpus/msi', import.meta.url));
const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
const lacking = has('cabextract') && has('gcab') ? false : 'cabextract and gcab are not installed';

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cab-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(path: string): Promise<number> {
  const found = await unpackAll(readFileSync(path));
  await inTemporaryFolder(async (folder) => {
    execFileSync('cabextract', ['-q', '-d', folder, path]);
    for (const [name, content] of found) {
      assert.ok(readFileSync(join(folder, ...name.split('\\'))).equals(content), `${path}: ${name}`);
    }
  });
  return found.size;
}

test('every cabinet of the corpus', {
  skip: lacking || (existsSync(corpus) ? false : 'the corpus is not here'),
}, async () => {
  const cabinets = readdirSync(corpus).filter((name) => name.endsWith('.cab'));
  assert.ok(cabinets.length >= 2);
  for (const name of cabinets) assert.ok((await compare(join(corpus, name))) > 0);
});

test('cabinets that gcab makes, stored and MSZIP, of many files', { skip: lacking }, async () => {
  await inTemporaryFolder(async (folder) => {
    const names = Array.from({ length: 200 }, (_, at) => `file ${at}.txt`);
    for (const [at, name] of names.entries()) {
      const lines = Array.from({ length: at * 40 }, (_, line) => `${name} line ${line * at}`);
      await writeFile(join(folder, name), lines.join('\n'));
    }
    for (const options of [
      ['-c', '-n'],
      ['-c', '-z', '-n'],
    ]) {
      const made = join(folder, `made${options.length}.cab`);
      execFileSync('gcab', [...options, made, ...names], { cwd: folder });
      assert.equal(await compare(made), names.length);
    }
  });
});
