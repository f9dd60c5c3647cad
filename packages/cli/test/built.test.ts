/** The command `holdfast` as it is built: it answers as its sources do, and is not taken for them once they change. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { projectFolder } from '../../../scripts/built.ts';
import { buildCli } from '../../../scripts/cli.ts';
import { builtFiles, isFresh } from '../bin/built.mjs';
import { holdfast, temporaryFolder } from './support.ts';

const run = promisify(execFile);
const command = fileURLToPath(new URL('../bin/holdfast.mjs', import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let built: ReturnType<typeof builtFiles>;

before(async () => {
  folder = await temporaryFolder();
  await buildCli(join(folder.path, 'built'));
  built = builtFiles(join(folder.path, 'built'));
});
after(() => folder.remove());

/** Exit code and output of a program with these words. */
async function answer(program: string, words: readonly string[]) {
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...words])) };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('the built program and the command answer as the sources do', async () => {
  const damaged = join(folder.path, 'damaged.cab');
  await writeFile(damaged, 'MSCF and nothing else');
  for (const words of [['--help'], ['cab', 'list', damaged, '--json'], ['client', 'frobnicate']]) {
    const own = await holdfast(words);
    for (const program of [built.main, command]) {
      const { code, stdout, stderr } = await answer(program, words);
      assert.deepEqual({ code, out: stdout, error: stderr }, own, `${program} ${words.join(' ')}`);
    }
  }
});

test('verbs over files load no schemas', async () => {
  const [line] = (await readFile(built.main, 'utf8')).match(/import\("\.\/chunks\/cab-\w+\.mjs"\)/) ?? [];
  assert.ok(line);
  const reached = new Set<string>();
  async function follow(path: string): Promise<void> {
    if (reached.has(path)) return;
    reached.add(path);
    const text = await readFile(path, 'utf8');
    assert.doesNotMatch(text, /node_modules\/typebox/, path);
    for (const [, name] of text.matchAll(/^(?:} from|import) "\.\/([\w-]+\.mjs)";$/gm)) {
      await follow(join(built.main, '../chunks', name ?? ''));
    }
  }
  await follow(join(built.main, '..', line.slice('import("'.length, -'")'.length)));
  assert.ok(reached.size > 1);
});

test('what was built is out of date as soon as one of its sources is another', async () => {
  const named = JSON.parse(await readFile(built.sources, 'utf8')) as [string, number, number][];
  for (const path of ['packages/msi/src/cabinet/lzx.ts', 'package-lock.json']) {
    assert.ok(named.some(([name]) => name === path));
  }
  const source = join(folder.path, 'source.ts');
  await writeFile(source, 'one');
  const { size, mtimeMs } = await stat(source);
  const path = relative(projectFolder, source);
  const cases: [boolean, [string, number, number][]][] = [
    [true, [[path, size, mtimeMs]]],
    [false, [[path, size, mtimeMs - 1]]],
    [false, [[path, size + 1, mtimeMs]]],
    [
      false,
      [
        [path, size, mtimeMs],
        ['packages/cli/src/gone.ts', 1, 1],
      ],
    ],
  ];
  for (const [fresh, stamps] of cases) {
    await writeFile(builtFiles(folder.path).sources, JSON.stringify(stamps));
    assert.equal(isFresh(folder.path), fresh);
  }
  assert.equal(isFresh(join(folder.path, 'nowhere')), false);
});
